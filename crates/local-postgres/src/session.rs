//! A session with the cluster over its socket: just enough of Postgres' protocol (version 3) to ask whether it is there and who it
//! is, and to make a database. Neither psql nor a driver is needed.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use crate::settings::SUPERUSER;

/// Our answers are a few names; anything longer is not a Postgres that we started.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// Messages per answer; a row, a few notices and parameters.
const MESSAGES_MAX: usize = 1000;
const PROTOCOL: i32 = 3 << 16;

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nobody listens, or the connection broke or stayed silent.
    Io(io::Error),
    /// The server said no: its five-character code and its message.
    Refused { code: String, message: String },
    /// What came was not what a Postgres that we started sends.
    Unexpected(&'static str),
}

impl From<io::Error> for Failure {
    fn from(e: io::Error) -> Self {
        Self::Io(e)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(e) => write!(f, "{e}"),
            Self::Refused { code, message } => write!(f, "{message} ({code})"),
            Self::Unexpected(what) => write!(f, "unexpected answer: {what}"),
        }
    }
}

/// The first column to the last of one row; `None` is null.
pub(crate) type Row = Vec<Option<String>>;

/// An open session of the superuser.
#[derive(Debug)]
pub(crate) struct Session<S = UnixStream> {
    stream: S,
}

impl Session {
    /// Opens a session; `patience` bounds every single wait for the server.
    pub(crate) fn open(socket: &Path, database: &str, patience: Duration) -> Result<Self, Failure> {
        let stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        Self::begin(stream, database)
    }
}

impl<S: Read + Write> Session<S> {
    fn begin(stream: S, database: &str) -> Result<Self, Failure> {
        let mut session = Self { stream };
        let mut body = PROTOCOL.to_be_bytes().to_vec();
        for text in ["user", SUPERUSER, "database", database, "application_name", "throughline local-postgres"] {
            body.extend(text.as_bytes());
            body.push(0);
        }
        body.push(0);
        session.send(None, &body)?;
        session.rows_until_ready()?;
        Ok(session)
    }

    /// Runs one statement and answers its rows.
    pub(crate) fn query(&mut self, sql: &str) -> Result<Vec<Row>, Failure> {
        self.send(Some(b'Q'), &[sql.as_bytes(), b"\0"].concat())?;
        self.rows_until_ready()
    }

    fn send(&mut self, kind: Option<u8>, body: &[u8]) -> Result<(), Failure> {
        let length = i32::try_from(body.len() + 4).map_err(|_| Failure::Unexpected("a statement beyond 2 GiB"))?;
        let mut message: Vec<u8> = kind.into_iter().collect();
        message.extend(length.to_be_bytes());
        message.extend(body);
        Ok(self.stream.write_all(&message)?)
    }

    /// Reads until the server is ready for the next statement. The first refusal ends the reading: the session is not used after it.
    fn rows_until_ready(&mut self) -> Result<Vec<Row>, Failure> {
        let mut rows = Vec::new();
        for _ in 0..MESSAGES_MAX {
            let (kind, body) = self.receive()?;
            match kind {
                b'Z' => return Ok(rows),
                b'E' => return Err(refusal(&body)),
                b'D' => rows.push(row(&body).ok_or(Failure::Unexpected("a malformed row"))?),
                b'R' if body != [0, 0, 0, 0] => return Err(Failure::Unexpected("it asks for a password")),
                _ => {}
            }
        }
        Err(Failure::Unexpected("no end of messages"))
    }

    fn receive(&mut self) -> Result<(u8, Vec<u8>), Failure> {
        let mut head = [0; 5];
        self.stream.read_exact(&mut head)?;
        let [kind, length @ ..] = head;
        let length = usize::try_from(i32::from_be_bytes(length)).ok().and_then(|length| length.checked_sub(4));
        let length = length.filter(|&length| length <= MESSAGE_BYTES_MAX).ok_or(Failure::Unexpected("an endless message"))?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((kind, body))
    }
}

/// A row: the number of columns, then each as its length (-1 for null) and its text.
fn row(body: &[u8]) -> Option<Row> {
    let (columns, mut rest) = body.split_first_chunk()?;
    (0..u16::from_be_bytes(*columns))
        .map(|_| {
            let (length, tail) = rest.split_first_chunk()?;
            let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
                rest = tail;
                return Some(None);
            };
            let (text, tail) = tail.split_at_checked(length)?;
            rest = tail;
            Some(Some(String::from_utf8_lossy(text).into_owned()))
        })
        .collect()
}

/// An error: fields of a letter and a text, `C` being the code and `M` the message.
fn refusal(body: &[u8]) -> Failure {
    let field = |letter: u8| {
        let found = body.split(|&byte| byte == 0).find_map(|field| field.strip_prefix(&[letter]));
        String::from_utf8_lossy(found.unwrap_or_default()).into_owned()
    };
    Failure::Refused { code: field(b'C'), message: field(b'M') }
}

#[cfg(test)]
mod tests;
