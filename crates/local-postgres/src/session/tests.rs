use std::io::{self, Cursor, Read, Write};

use super::{Failure, Session};

/// A server that has said everything beforehand, and a record of what it was told.
#[derive(Debug)]
struct Script {
    says: Cursor<Vec<u8>>,
    heard: Vec<u8>,
}

impl Read for Script {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.says.read(buffer)
    }
}

impl Write for Script {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.heard.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = i32::try_from(body.len() + 4).unwrap();
    [&[kind], &length.to_be_bytes()[..], body].concat()
}

fn begin(says: &[Vec<u8>]) -> Result<Session<Script>, Failure> {
    Session::begin(Script { says: Cursor::new(says.concat()), heard: Vec::new() }, "shop")
}

fn welcome() -> Vec<Vec<u8>> {
    vec![message(b'R', &[0; 4]), message(b'S', b"server_version\x0018.4\0"), message(b'Z', b"I")]
}

#[test]
fn a_session_names_its_user_and_database() {
    let heard = begin(&welcome()).unwrap().stream.heard;
    let length = u8::try_from(heard.len()).unwrap();
    assert_eq!(heard[..8], [0, 0, 0, length, 0, 3, 0, 0], "its own length, then the protocol's version");
    assert!(heard[8..].starts_with(b"user\0postgres\0database\0shop\0"));
    assert!(heard.ends_with(b"\0\0"));
}

#[test]
fn rows_come_back_with_their_nulls() {
    let row = [&[0, 3][..], &[0, 0, 0, 2], b"ok", &[255, 255, 255, 255], &[0, 0, 0, 0]].concat();
    let says = [welcome(), vec![message(b'T', b"ignored"), message(b'D', &row), message(b'Z', b"I")]].concat();
    let rows = begin(&says).unwrap().query("select").unwrap();
    assert_eq!(rows, [[Some("ok".to_owned()), None, Some(String::new())]]);
}

#[test]
fn a_refusal_carries_its_code_and_message() {
    let says = [message(b'E', b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0")];
    let refused = begin(&says).unwrap_err();
    assert!(matches!(&refused, Failure::Refused { code, .. } if code == "57P03"), "{refused:?}");
    assert_eq!(refused.to_string(), "the database system is starting up (57P03)");
}

#[test]
fn a_server_that_is_not_ours_is_not_trusted() {
    let password = begin(&[message(b'R', &[0, 0, 0, 10])]).unwrap_err();
    assert!(matches!(password, Failure::Unexpected("it asks for a password")));
    let endless = begin(&[vec![b'R', 127, 255, 255, 255]]).unwrap_err();
    assert!(matches!(endless, Failure::Unexpected("an endless message")));
    let short_row = [welcome(), vec![message(b'D', &[0, 1, 0, 0, 0, 9, b'x'])]].concat();
    let malformed = begin(&short_row).unwrap().query("select").unwrap_err();
    assert!(matches!(malformed, Failure::Unexpected("a malformed row")));
    assert!(matches!(begin(&[]).unwrap_err(), Failure::Io(_)));
}
