//! The class of a device, by its user agent.

/// `desktop`, `mobile`, `tablet`, `tv`, `console` or `watch`; `None` when the agent names no device.
pub(crate) fn class(agent: &str) -> Option<&'static str> {
    let names = |words: &[&str]| words.iter().any(|word| agent.contains(word));
    let class = if names(&[
        "SMART-TV",
        "SmartTV",
        "Smart TV",
        "AppleTV",
        "Apple TV",
        "GoogleTV",
        "Android TV",
        "HbbTV",
        "BRAVIA",
        "Roku",
        "Web0S",
        "CrKey",
        "AFT",
    ]) {
        "tv"
    } else if names(&["PlayStation", "Xbox", "Nintendo"]) {
        "console"
    } else if names(&["Watch OS", "watchOS", "Apple Watch"]) {
        "watch"
    } else if names(&["iPad", "Tablet", "Kindle", "Silk/", "PlayBook"]) || names(&["Android"]) && !names(&["Mobile", "Dalvik"]) {
        // Tablets with Android leave out the word `Mobile`; apps on phones leave it out too, so they count as phones below.
        "tablet"
    } else if names(&["iPhone", "iPod", "Android", "Mobile", "BlackBerry", "Windows Phone", "Opera Mini", "KAIOS"]) {
        "mobile"
    } else if names(&["Windows", "Macintosh", "Mac OS X", "X11", "CrOS", "Linux"]) {
        "desktop"
    } else {
        return None;
    };
    Some(class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_devices_class_is_told_by_its_agent() {
        for (agent, want) in [
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile/15E148 Safari/604.1", Some("mobile")),
            ("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) CriOS/128.0.6613.92 Mobile/15E148 Safari/604.1", Some("tablet")),
            ("Mozilla/5.0 (Linux; Android 10; K) Chrome/128.0.0.0 Mobile Safari/537.36", Some("mobile")),
            ("Mozilla/5.0 (Linux; Android 13; SM-X710) Chrome/128.0.0.0 Safari/537.36", Some("tablet")),
            ("Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7 Build/TQ3A)", Some("mobile")),
            ("Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) SamsungBrowser/4.0 TV Safari/537.36", Some("tv")),
            ("Mozilla/5.0 (PlayStation 5/SmartTV) AppleWebKit/605.1.15", Some("tv")),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) Edge/44", Some("console")),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.5 Safari/605.1.15", Some("desktop")),
            ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/128.0.0.0 Safari/537.36", Some("desktop")),
            ("okhttp/4.12.0", None),
            ("", None),
        ] {
            assert_eq!(class(agent), want, "{agent}");
        }
    }
}
