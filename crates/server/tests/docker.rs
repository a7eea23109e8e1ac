//! The image and the compose file name only what exists: no Docker engine is needed to notice a stale path, command or
//! variable.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn help(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_throughline")).args(arguments).arg("--help").output().expect("the binary runs");
    assert!(output.status.success(), "throughline {arguments:?} --help failed");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn every_copied_path_exists() {
    let mut copied = 0;
    for line in read("docker/Dockerfile").lines().filter(|line| line.starts_with("COPY ") && !line.contains("--from=")) {
        let words: Vec<&str> = line.split_whitespace().skip(1).collect();
        for source in &words[..words.len() - 1] {
            assert!(root().join(source).exists(), "{source} is copied into the image and does not exist");
            copied += 1;
        }
    }
    assert!(copied >= 8, "only {copied} paths were found");
    assert!(read("docker/compose.yaml").contains("dockerfile: docker/Dockerfile"));
}

#[test]
fn every_make_target_exists() {
    let makefile = read("Makefile");
    let dockerfile = read("docker/Dockerfile");
    let targets: Vec<&str> = dockerfile.lines().filter_map(|line| line.strip_prefix("RUN make ")).collect();
    assert_eq!(targets, ["release"]);
    for target in targets {
        assert!(makefile.lines().any(|line| line.starts_with(&format!("{target}:"))), "make {target} does not exist");
    }
    assert!(makefile.contains("-p throughline-server") && dockerfile.contains("/src/target/release/throughline "));
}

#[test]
fn every_command_and_variable_is_known_to_the_binary() {
    let files = read("docker/Dockerfile") + &read("docker/compose.yaml");
    assert!(files.contains(r#"["throughline", "doctor", "--endpoint""#) && help(&["doctor"]).contains("--endpoint"));
    assert!(files.contains(r#"command: ["serve"]"#) && files.contains(r#"CMD ["serve"]"#));
    let known = help(&["serve"]);
    let variables: std::collections::BTreeSet<&str> = files
        .split(|c: char| !(c.is_ascii_uppercase() || c == '_'))
        .filter(|word| word.starts_with("THROUGHLINE_") || *word == "DATABASE_URL")
        .collect();
    assert!(variables.len() >= 4, "{variables:?}");
    for variable in variables {
        assert!(known.contains(&format!("[env: {variable}")), "throughline serve does not read {variable}");
    }
}
