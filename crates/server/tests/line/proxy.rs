//! A cable to the database that can be pulled out.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgPool};

/// What the client sends to commit, as a simple query.
const COMMIT: &[u8] = b"COMMIT\0";

/// A TCP address in front of the test's database.
pub struct Proxy {
    port: u16,
    options: PgConnectOptions,
    cable: Arc<Cable>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Cable {
    is_out: AtomicBool,
    /// The next commit happens, and nobody is told.
    swallows_next_commit: AtomicBool,
    connections: Mutex<Vec<TcpStream>>,
    is_frozen: Mutex<bool>,
    thawed: Condvar,
}

impl Proxy {
    pub fn start(pool: &PgPool) -> Self {
        let mut proxy = Self { port: 0, options: pool.connect_options().as_ref().clone(), cable: Arc::default(), accepting: None };
        proxy.plug_in();
        proxy
    }

    /// The database by way of this proxy.
    pub fn database(&self) -> String {
        let mut url = self.options.to_url_lossy();
        url.set_host(Some("127.0.0.1")).expect("a host");
        url.set_port(Some(self.port)).expect("a port");
        url.set_query(Some("sslmode=disable"));
        url.to_string()
    }

    /// Breaks every connection and refuses new ones.
    pub fn pull_out(&mut self) {
        self.cable.is_out.store(true, Ordering::SeqCst);
        // Wakes the accepting thread, whose listener then closes.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        self.accepting.take().expect("it was plugged in").join().expect("it accepts");
        self.cable.break_all();
    }

    /// Accepts connections, on the same port as ever.
    pub fn plug_in(&mut self) {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).expect("the port is ours");
        self.port = listener.local_addr().expect("an address").port();
        self.cable.is_out.store(false, Ordering::SeqCst);
        let (cable, options) = (Arc::clone(&self.cable), self.options.clone());
        self.accepting = Some(thread::spawn(move || {
            for client in listener.incoming() {
                if cable.is_out.load(Ordering::SeqCst) {
                    return;
                }
                cable.connect(client.expect("a connection"), &options);
            }
        }));
    }

    /// Lets nothing through any more and breaks nothing: as a database that hangs.
    pub fn freeze(&self) {
        *self.cable.is_frozen.lock().expect("nobody panics meanwhile") = true;
    }

    /// Lets through what was held up, and all that follows.
    pub fn thaw(&self) {
        *self.cable.is_frozen.lock().expect("nobody panics meanwhile") = false;
        self.cable.thawed.notify_all();
    }

    /// Lets the next commit happen, and breaks its connection before the client hears of it.
    pub fn swallow_next_commit(&self) {
        self.cable.swallows_next_commit.store(true, Ordering::SeqCst);
    }

    pub fn swallows(&self) -> bool {
        self.cable.swallows_next_commit.load(Ordering::SeqCst)
    }
}

impl Cable {
    fn connect(self: &Arc<Self>, client: TcpStream, options: &PgConnectOptions) {
        client.set_nodelay(true).expect("a socket option");
        self.connections.lock().expect("nobody panics meanwhile").push(client.try_clone().expect("a socket"));
        // From the commit that is swallowed on, this connection tells the client nothing.
        let is_silent = Arc::new(AtomicBool::new(false));
        let (server_reads, server_writes) = Database::of(options).connect();
        let (client_reads, client_writes) = (client.try_clone().expect("a socket"), client);
        let (cable, silent) = (Arc::clone(self), Arc::clone(&is_silent));
        thread::spawn(move || {
            let commits = |bytes: &[u8]| bytes.windows(COMMIT.len()).any(|window| window == COMMIT);
            pump(client_reads, server_writes, |bytes| {
                cable.wait_while_frozen();
                if commits(bytes) && cable.swallows_next_commit.swap(false, Ordering::SeqCst) {
                    silent.store(true, Ordering::SeqCst);
                }
                true
            });
        });
        thread::spawn(move || pump(server_reads, client_writes, |_| !is_silent.load(Ordering::SeqCst)));
    }

    fn wait_while_frozen(&self) {
        let frozen = self.is_frozen.lock().expect("nobody panics meanwhile");
        drop(self.thawed.wait_while(frozen, |frozen| *frozen).expect("nobody panics meanwhile"));
    }

    fn break_all(&self) {
        for connection in self.connections.lock().expect("nobody panics meanwhile").drain(..) {
            // It may be closed already.
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

/// Moves bytes until one end closes or `goes_on` says no; then closes both.
pub fn pump(mut from: impl Socket, mut to: impl Socket, goes_on: impl Fn(&[u8]) -> bool) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(n @ 1..) = from.read(&mut buffer)
        && goes_on(&buffer[..n])
        && to.write_all(&buffer[..n]).is_ok()
    {}
    from.close();
    to.close();
}

pub trait Socket: Read + Write + Send {
    fn close(&self);
}

impl Socket for TcpStream {
    fn close(&self) {
        let _ = self.shutdown(Shutdown::Both);
    }
}

impl Socket for UnixStream {
    fn close(&self) {
        let _ = self.shutdown(Shutdown::Both);
    }
}

impl Socket for Box<dyn Socket> {
    fn close(&self) {
        self.as_ref().close();
    }
}

/// Where the database really is.
enum Database {
    Tcp(String, u16),
    Unix(PathBuf),
}

impl Database {
    fn of(options: &PgConnectOptions) -> Self {
        match options.get_socket() {
            Some(folder) => Self::Unix(folder.join(format!(".s.PGSQL.{}", options.get_port()))),
            None => Self::Tcp(options.get_host().to_owned(), options.get_port()),
        }
    }

    fn connect(&self) -> (Box<dyn Socket>, Box<dyn Socket>) {
        fn both<S: Socket + 'static>(socket: S, clone: impl FnOnce(&S) -> io::Result<S>) -> (Box<dyn Socket>, Box<dyn Socket>) {
            (Box::new(clone(&socket).expect("a socket")), Box::new(socket))
        }
        match self {
            Self::Tcp(host, port) => {
                let socket = TcpStream::connect((host.as_str(), *port)).expect("the database");
                socket.set_nodelay(true).expect("a socket option");
                both(socket, TcpStream::try_clone)
            }
            Self::Unix(path) => both(UnixStream::connect(path).expect("the database"), UnixStream::try_clone),
        }
    }
}
