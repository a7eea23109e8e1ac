use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Places, Version, find};
use crate::error::Error;
use crate::home::Home;

/// A machine with nothing installed but what a test puts there.
struct Machine(TempDir);

impl Machine {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn places(&self) -> Places {
        Places { on_path: None, debian: self.0.path().join("debian"), homebrew: vec![self.0.path().join("opt")] }
    }

    fn home(&self) -> Home {
        Home::open(&self.0.path().join("home")).unwrap()
    }

    fn install(&self, folder: &str, version: &str) -> PathBuf {
        let folder = self.0.path().join(folder);
        fs::create_dir_all(&folder).unwrap();
        for program in super::PROGRAMS {
            let path = folder.join(program);
            fs::write(&path, format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        folder.canonicalize().unwrap()
    }

    fn hold_data_of(&self, major: u32) {
        let data = self.home().data();
        fs::create_dir_all(&data).unwrap();
        fs::write(data.join("PG_VERSION"), format!("{major}\n")).unwrap();
    }

    fn find(&self) -> Result<PathBuf, Error> {
        find(None, None, &self.places(), &self.home()).map(|binaries| binaries.folder)
    }
}

#[test]
fn a_version_is_read_with_its_major() {
    let read = |answer| Version::read(answer).map(|v| (v.text, v.major));
    let debian = "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n";
    assert_eq!(read(debian), Some(("15.14 (Debian 15.14-0+deb12u1)".to_owned(), 15)));
    assert_eq!(read("postgres (PostgreSQL) 19beta1"), Some(("19beta1".to_owned(), 19)));
    assert_eq!(read("command not found"), None);
}

#[test]
fn where_nothing_is_installed_the_message_says_what_to_install() {
    let message = Machine::new().find().unwrap_err().to_string();
    for part in ["npm ci", "apt-get install postgresql", "brew install postgresql", "--postgres-bin", "DATABASE_URL"] {
        assert!(message.contains(part), "{part} is missing in: {message}");
    }
}

#[test]
fn the_newest_of_debians_versions_is_taken() {
    let machine = Machine::new();
    machine.install("debian/9/bin", "9.6.24");
    machine.install("debian/15/bin", "15.14");
    let newest = machine.install("debian/18/bin", "18.1");
    assert_eq!(machine.find().unwrap(), newest);
}

#[test]
fn a_version_below_15_is_refused_by_its_number() {
    let machine = Machine::new();
    machine.install("debian/14/bin", "14.9");
    let message = machine.find().unwrap_err().to_string();
    assert!(message.contains("14.9, older than 15"), "{message}");
}

#[test]
fn homebrew_comes_after_debian_and_path_before_both() {
    let machine = Machine::new();
    let brewed = machine.install("opt/postgresql@18/bin", "18.1");
    assert_eq!(machine.find().unwrap(), brewed);
    let packaged = machine.install("debian/16/bin", "16.2");
    assert_eq!(machine.find().unwrap(), packaged);
    let on_path = machine.install("somewhere", "17.0");
    let places = Places { on_path: Some(on_path.clone()), ..machine.places() };
    assert_eq!(find(None, None, &places, &machine.home()).unwrap().folder, on_path);
}

#[test]
fn data_of_an_older_major_are_served_by_its_binaries() {
    let machine = Machine::new();
    machine.hold_data_of(16);
    machine.install("debian/18/bin", "18.1");
    let message = machine.find().unwrap_err().to_string();
    assert!(message.contains("written by Postgres 16") && message.contains("only 18.1 in"), "{message}");
    let older = machine.install("debian/16/bin", "16.2");
    assert_eq!(machine.find().unwrap(), older);
}

#[test]
fn a_named_folder_is_used_or_refused_but_never_passed_over() {
    let machine = Machine::new();
    machine.install("debian/18/bin", "18.1");
    let named = machine.install("mine", "17.5");
    let find_named = |folder: &Path| find(Some(folder), None, &machine.places(), &machine.home());
    assert_eq!(find_named(&named).unwrap().folder, named);
    assert_eq!(find_named(&named.join("postgres")).unwrap().folder, named, "the program itself names its folder");
    fs::remove_file(named.join("initdb")).unwrap();
    assert!(matches!(find_named(&named), Err(Error::UnusableBinaries { reason, .. }) if reason.contains("`initdb`")));
}
