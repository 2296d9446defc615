//! The HTTP client: requests with time-outs, and every failure sorted into a [`Fault`].

use std::io::Read;
use std::time::Duration;

use ureq::config::RedirectAuthHeaders;
use ureq::http::Response;
use ureq::http::header::{self, HeaderMap};
use ureq::{Agent, Body};

use super::error::Fault;
use super::options::Timeouts;

const USER_AGENT: &str = concat!("proxyrank/", env!("CARGO_PKG_VERSION"));

/// Redirects that are followed before they are called endless.
pub(crate) const MAX_REDIRECTS: u32 = 10;

/// A client with our time-outs.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    agent: Agent,
    stall: Duration,
}

impl Client {
    pub(crate) fn new(timeouts: &Timeouts) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(MAX_REDIRECTS)
            .redirect_auth_headers(RedirectAuthHeaders::SameHost)
            .timeout_resolve(Some(timeouts.connect))
            .timeout_connect(Some(timeouts.connect))
            .timeout_per_read(Some(timeouts.stall))
            .timeout_recv_response(Some(timeouts.stall))
            .user_agent(USER_AGENT)
            // A transparently unpacked body has no length to check and cannot be continued.
            .accept_encoding("identity")
            .build();
        Self { agent: Agent::new_with_config(config), stall: timeouts.stall }
    }

    /// Asks for the head of an answer, and leaves redirects to the caller.
    pub(crate) fn head(&self, url: &str, token: Option<&str>) -> Result<Response<Body>, Fault> {
        let mut request = self.agent.head(url).config().max_redirects(0).build();
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        request.call().map_err(|error| self.fault(error))
    }

    /// Asks for a file from a byte on, following redirects.
    pub(crate) fn get(&self, url: &str, from: u64, token: Option<&str>) -> Result<Response<Body>, Fault> {
        // A redirect from https to http would undo the reason for asking over https.
        let mut request = self.agent.get(url).config().https_only(url.starts_with("https:")).build();
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if from > 0 {
            request = request.header(header::RANGE, format!("bytes={from}-"));
        }
        request.call().map_err(|error| self.fault(error))
    }

    fn fault(&self, error: ureq::Error) -> Fault {
        use ureq::{Error, Timeout};
        match error {
            Error::Timeout(Timeout::Resolve | Timeout::Connect)
            | Error::HostNotFound
            | Error::ConnectionFailed => Fault::Unreachable(error.to_string()),
            Error::Timeout(_) => Fault::Stalled(self.stall),
            Error::Io(error) => self.io_fault(error),
            Error::TooManyRedirects => Fault::Redirects,
            Error::BadUri(_) | Error::Http(_) | Error::RequireHttpsOnly(_) | Error::RedirectFailed => {
                Fault::Protocol(error.to_string())
            }
            _ => Fault::Broken(error.to_string()),
        }
    }

    pub(crate) fn io_fault(&self, error: std::io::Error) -> Fault {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::ConnectionRefused
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::NetworkDown
            | ErrorKind::AddrNotAvailable => Fault::Unreachable(error.to_string()),
            // The standard library has no kind for a failed name look-up, only these words.
            _ if error.to_string().contains("failed to lookup address information") => {
                Fault::Unreachable(error.to_string())
            }
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Fault::Stalled(self.stall),
            // The body's reader wraps the client's own errors once more.
            ErrorKind::Other
                if error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<ureq::Error>) =>
            {
                self.fault(ureq::Error::from(error))
            }
            _ => Fault::Broken(error.to_string()),
        }
    }

    /// Reads a piece of a body; 0 at its end.
    pub(crate) fn read(&self, body: &mut impl Read, buffer: &mut [u8]) -> Result<usize, Fault> {
        loop {
            match body.read(buffer) {
                Ok(read) => return Ok(read),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.io_fault(error)),
            }
        }
    }
}

/// A status as a fault, with the server's wish for a pause.
pub(crate) fn status_fault<B>(response: &Response<B>) -> Fault {
    // The date form of the header is not read: our own waiting is as good a guess.
    let retry_after = text(response.headers(), "retry-after").and_then(|value| value.parse().ok());
    Fault::Status { code: response.status().as_u16(), retry_after: retry_after.map(Duration::from_secs) }
}

/// A header as text.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}

/// A header as a number.
pub(crate) fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    text(headers, name).and_then(|value| value.parse().ok())
}

/// First byte and total of `content-range: bytes FIRST-LAST/TOTAL`.
pub(crate) fn content_range(headers: &HeaderMap) -> Option<(u64, u64)> {
    let range = text(headers, "content-range")?.strip_prefix("bytes ")?;
    let (span, total) = range.split_once('/')?;
    let (first, _) = span.split_once('-')?;
    Some((first.parse().ok()?, total.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_strictly() {
        let range = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("content-range", value.parse().unwrap());
            content_range(&headers)
        };
        assert_eq!(range("bytes 5-9/10"), Some((5, 10)));
        for bad in ["bytes */10", "5-9/10", "bytes 5-9/*", "bytes -/"] {
            assert_eq!(range(bad), None, "{bad}");
        }
    }
}
