//! A server that speaks the hub's protocol and GitHub's, and misbehaves on demand.
//!
//! It needs nothing but the standard library: a listener, a thread a connection, one request a connection. Faults
//! are queued by path; each request to that path takes one from the queue, and the last one may stay for ever.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How one answer goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The connection is closed in order after so many bytes of the body.
    Truncate(usize),
    /// A byte in the middle of the body is another one; the length is right.
    WrongBytes,
    /// Nothing comes after so many bytes of the body.
    Stall(usize),
    /// The connection is reset after so many bytes of the body.
    Reset(usize),
    /// The body is cut to so many bytes, and the length says so.
    WrongLength(usize),
    /// A status without a body, and a wish for a pause in seconds.
    Status(u16, Option<u64>),
    /// A redirect to the same address.
    RedirectLoop,
    /// A redirect to something that is no address.
    RedirectNowhere,
    /// The whole body, although a part was asked for.
    IgnoreRange,
    /// Another part of the body than was asked for.
    WrongRange,
    /// No fault, but slow: pieces of so many bytes, a millisecond apart.
    Drip(usize),
}

/// One request, as the tests look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) range: Option<String>,
    pub(crate) authorization: Option<String>,
}

#[derive(Debug, Clone, Default)]
struct Resource {
    body: Vec<u8>,
    headers: Vec<(&'static str, String)>,
    location: Option<String>,
}

#[derive(Default)]
struct State {
    resources: HashMap<String, Resource>,
    faults: HashMap<String, VecDeque<Fault>>,
    lasting: HashMap<String, Fault>,
    requests: Vec<Request>,
}

struct Shared {
    state: Mutex<State>,
    stopped: AtomicBool,
    active: AtomicUsize,
    most_active: AtomicUsize,
    delay: Mutex<Duration>,
}

/// A running server; dropping it stops it.
pub(crate) struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            stopped: AtomicBool::new(false),
            active: AtomicUsize::new(0),
            most_active: AtomicUsize::new(0),
            delay: Mutex::default(),
        });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if accepting.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&accepting);
                std::thread::spawn(move || {
                    let active = shared.active.fetch_add(1, Ordering::SeqCst) + 1;
                    shared.most_active.fetch_max(active, Ordering::SeqCst);
                    // A client that goes away is part of the tests.
                    let _ = stream.and_then(|stream| serve(&shared, stream));
                    shared.active.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { shared, address }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The same server under another host name.
    pub(crate) fn other_host(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    /// Serves bytes under a path.
    pub(crate) fn put(&self, path: &str, body: &[u8]) {
        let resource = Resource { body: body.to_vec(), ..Resource::default() };
        self.insert(path, resource);
    }

    /// Serves a small file of the hub: bytes, commit and a git blob id.
    pub(crate) fn put_small(&self, path: &str, commit: &str, body: &[u8]) {
        let etag = format!("\"{:040x}\"", body.len());
        let headers = vec![("X-Repo-Commit", commit.to_owned()), ("ETag", etag)];
        self.insert(path, Resource { body: body.to_vec(), headers, location: None });
    }

    /// Serves a large file of the hub: a redirect with the linked headers to bytes stored elsewhere, whose path is
    /// returned.
    pub(crate) fn put_large(&self, path: &str, commit: &str, sha256: &str, body: &[u8]) -> String {
        let stored = format!("/cdn/{sha256}");
        let headers = vec![
            ("X-Repo-Commit", commit.to_owned()),
            ("X-Linked-ETag", format!("\"{sha256}\"")),
            ("X-Linked-Size", body.len().to_string()),
            ("ETag", "\"not-the-file\"".to_owned()),
        ];
        let location = Some(format!("{}{stored}", self.other_host()));
        self.insert(path, Resource { body: Vec::new(), headers, location });
        self.put(&stored, body);
        stored
    }

    /// Serves a redirect without any of the hub's headers, as a renamed repository does.
    pub(crate) fn put_redirect(&self, path: &str, location: &str) {
        self.insert(path, Resource { location: Some(location.to_owned()), ..Resource::default() });
    }

    fn insert(&self, path: &str, resource: Resource) {
        self.shared.state.lock().unwrap().resources.insert(path.to_owned(), resource);
    }

    /// Queues faults for the next requests to a path.
    pub(crate) fn fail_next(&self, path: &str, faults: impl IntoIterator<Item = Fault>) {
        self.shared.state.lock().unwrap().faults.entry(path.to_owned()).or_default().extend(faults);
    }

    /// Lets every request to a path fail.
    pub(crate) fn fail_always(&self, path: &str, fault: Fault) {
        self.shared.state.lock().unwrap().lasting.insert(path.to_owned(), fault);
    }

    /// Lets a path behave again.
    pub(crate) fn recover(&self, path: &str) {
        let mut state = self.shared.state.lock().unwrap();
        state.faults.remove(path);
        state.lasting.remove(path);
    }

    /// Every request so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.state.lock().unwrap().requests.clone()
    }

    /// The GET requests to a path so far.
    pub(crate) fn gets(&self, path: &str) -> Vec<Request> {
        self.requests().into_iter().filter(|r| r.method == "GET" && r.path == path).collect()
    }

    /// Lets every answer take this long, so that requests overlap.
    pub(crate) fn slow_down(&self, delay: Duration) {
        *self.shared.delay.lock().unwrap() = delay;
    }

    /// The most connections that were ever served at once.
    pub(crate) fn most_active(&self) -> usize {
        self.shared.most_active.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener.
        let _ = TcpStream::connect(self.address);
    }
}

/// Reads the head of a request without taking it off the socket: closing a socket with unread data is what makes
/// the system send a reset.
fn peek_head(stream: &TcpStream) -> std::io::Result<String> {
    let mut buffer = vec![0_u8; 16 * 1024];
    loop {
        let read = stream.peek(&mut buffer)?;
        if let Some(end) = buffer[..read].windows(4).position(|window| window == b"\r\n\r\n") {
            return Ok(String::from_utf8_lossy(&buffer[..end + 4]).into_owned());
        }
        if read == 0 || read == buffer.len() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn parse(head: &str) -> Request {
    let header = |name: &str| {
        head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let mut words = head.split(' ');
    Request {
        method: words.next().unwrap_or_default().to_owned(),
        path: words.next().unwrap_or_default().to_owned(),
        range: header("range"),
        authorization: header("authorization"),
    }
}

fn serve(shared: &Shared, mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let head = peek_head(&stream)?;
    let request = parse(&head);
    std::thread::sleep(*shared.delay.lock().unwrap());
    let (resource, fault) = {
        let mut state = shared.state.lock().unwrap();
        state.requests.push(request.clone());
        let keys = [format!("{} {}", request.method, request.path), request.path.clone()];
        let fault = keys.iter().find_map(|key| {
            let queued = state.faults.get_mut(key).and_then(VecDeque::pop_front);
            queued.or_else(|| state.lasting.get(key).cloned())
        });
        (state.resources.get(&request.path).cloned(), fault)
    };
    if !matches!(fault, Some(Fault::Reset(_))) {
        stream.read_exact(&mut vec![0; head.len()])?;
    }
    answer(shared, &mut stream, &request, resource, fault.as_ref())
}

fn answer(
    shared: &Shared,
    stream: &mut TcpStream,
    request: &Request,
    resource: Option<Resource>,
    fault: Option<&Fault>,
) -> std::io::Result<()> {
    let Some(resource) = resource else {
        return stream.write_all(head("404 Not Found", &[("Content-Length", "0".into())]).as_bytes());
    };
    let redirect = match fault {
        Some(Fault::RedirectLoop) => Some(request.path.clone()),
        Some(Fault::RedirectNowhere) => Some("//::not an address".to_owned()),
        _ => resource.location.clone(),
    };
    if let Some(&Fault::Status(code, retry_after)) = fault {
        let mut headers = vec![("Content-Length", "0".to_owned())];
        headers.extend(retry_after.map(|seconds| ("Retry-After", seconds.to_string())));
        return stream.write_all(head(&format!("{code} Fault"), &headers).as_bytes());
    }
    if let Some(location) = redirect {
        let mut headers = resource.headers.clone();
        headers.extend([("Location", location), ("Content-Length", "0".to_owned())]);
        return stream.write_all(head("302 Found", &headers).as_bytes());
    }

    let total = resource.body.len();
    let asked = request.range.as_deref().and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-'));
    let mut start: usize = asked.and_then(|start| start.parse().ok()).unwrap_or(0);
    if start > 0 && start >= total {
        return stream
            .write_all(head("416 Range Not Satisfiable", &[("Content-Length", "0".into())]).as_bytes());
    }
    match fault {
        Some(Fault::IgnoreRange) => start = 0,
        Some(Fault::WrongRange) => start = start.saturating_sub(1),
        _ => {}
    }
    let mut body = resource.body[start..].to_vec();
    match fault {
        Some(Fault::WrongBytes) if !body.is_empty() => {
            let middle = body.len() / 2;
            body[middle] ^= 0x55;
        }
        Some(&Fault::WrongLength(bytes)) => body.truncate(bytes),
        _ => {}
    }
    let mut headers = resource.headers.clone();
    headers.push(("Content-Length", body.len().to_string()));
    let partial = start > 0 || matches!(fault, Some(Fault::WrongRange));
    let status = if partial { "206 Partial Content" } else { "200 OK" };
    if partial {
        headers.push(("Content-Range", format!("bytes {start}-{}/{total}", total - 1)));
    }
    stream.write_all(head(status, &headers).as_bytes())?;
    if request.method == "HEAD" {
        return Ok(());
    }
    match fault {
        Some(&(Fault::Truncate(bytes) | Fault::Reset(bytes))) => {
            stream.write_all(&body[..bytes.min(body.len())])?;
            stream.flush()?;
            // Lets the bytes arrive before the close overtakes them.
            std::thread::sleep(Duration::from_millis(20));
            Ok(())
        }
        Some(&Fault::Stall(bytes)) => {
            stream.write_all(&body[..bytes.min(body.len())])?;
            stream.flush()?;
            for _ in 0..200 {
                if shared.stopped.load(Ordering::SeqCst) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            Ok(())
        }
        Some(&Fault::Drip(piece)) => {
            for piece in body.chunks(piece) {
                stream.write_all(piece)?;
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok(())
        }
        _ => stream.write_all(&body),
    }
}

fn head(status: &str, headers: &[(&'static str, String)]) -> String {
    let mut text = format!("HTTP/1.1 {status}\r\nConnection: close\r\n");
    for (name, value) in headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    text + "\r\n"
}
