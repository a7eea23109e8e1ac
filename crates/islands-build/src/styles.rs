//! One stylesheet out of one file per part, in an order that lets later parts refine earlier ones.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::fresh;

/// The parts, in their order.
const PARTS: [&str; 20] = [
    "tokens",
    "base",
    "shell",
    "controls",
    "panel",
    "chart",
    "table",
    "live",
    "explorer",
    "trace",
    "logs",
    "delivery",
    "issues",
    "person",
    "entry",
    "docs",
    "saved",
    "setup",
    "palette",
    "components",
];

/// Writes `app.css`. A file that is in the folder but in no list would silently be missing, so it is an error.
///
/// # Errors
/// A part is missing, unlisted or unreadable.
pub(crate) fn concatenate(folder: &Path, out: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !PARTS.iter().any(|part| name == format!("{part}.css")) {
            bail!("{name} is in web/styles but in no list: add it to `PARTS` in islands-build");
        }
    }
    let mut sheet = String::new();
    for part in PARTS {
        let path = folder.join(format!("{part}.css"));
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        sheet.push_str(&without_comments(&text));
    }
    fresh::write(&out.join("app.css"), sheet.as_bytes())
}

/// The stylesheet without comments and indentation: they help readers of the source only.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("/*") {
        out.push_str(&rest[..start]);
        rest = rest[start..].find("*/").map_or("", |end| &rest[start + end + 2..]);
    }
    out.push_str(rest);
    out.lines().map(str::trim).filter(|line| !line.is_empty()).flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::without_comments;

    #[test]
    fn comments_and_indentation_go_and_rules_stay() {
        assert_eq!(without_comments("/* a */\n:root {\n  --x: 1px; /* b */\n\n}\n"), ":root {\n--x: 1px;\n}\n");
    }
}
