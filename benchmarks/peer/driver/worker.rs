//! PyTorch's process: started once, asked many times.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::error::PeerError;
use crate::protocol::{Peer, Problem, Reply, Request, Timing, Training};
use crate::task::Torch;

/// The other side. Its standard error is ours, so a user sees what it says there.
#[derive(Debug)]
pub(crate) struct Worker {
    process: Child,
    requests: ChildStdin,
    replies: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts it.
    pub(crate) fn start(mut command: Command) -> Result<Self, PeerError> {
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let broken = |source| PeerError::Start {
            program: command.get_program().to_string_lossy().into_owned(),
            source,
        };
        let mut process = started.map_err(broken)?;
        match (process.stdin.take(), process.stdout.take()) {
            (Some(requests), Some(replies)) => {
                Ok(Self { process, requests, replies: BufReader::new(replies) })
            }
            _ => Err(broken(std::io::Error::other("it has no pipes"))),
        }
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Asks who it is, and for a number of threads.
    pub(crate) fn hello(&mut self, threads: usize) -> Result<Peer, PeerError> {
        let request = Request::Hello { threads };
        match self.ask(&request)? {
            Reply::Hello(peer) if peer.threads == threads => Ok(peer),
            Reply::Hello(peer) => Err(PeerError::Threads { found: peer.threads, wanted: threads }),
            reply => Err(unexpected(&request, &reply)),
        }
    }

    /// Hands a network over; gives its number of parameters.
    pub(crate) fn load(&mut self, problem: Problem) -> Result<u64, PeerError> {
        self.loaded(&Request::Load(Box::new(problem)))
    }

    /// Hands two networks over that are to be trained; gives their number of parameters.
    pub(crate) fn load_training(&mut self, training: Training) -> Result<u64, PeerError> {
        self.loaded(&Request::LoadTraining(Box::new(training)))
    }

    fn loaded(&mut self, request: &Request) -> Result<u64, PeerError> {
        match self.ask(request)? {
            Reply::Loaded { parameters } => Ok(parameters),
            reply => Err(unexpected(request, &reply)),
        }
    }

    /// Has a task done.
    pub(crate) fn run(&mut self, task: Torch) -> Result<Timing, PeerError> {
        let request = Request::Run { task };
        match self.ask(&request)? {
            Reply::Ran(timing) => Ok(timing),
            reply => Err(unexpected(&request, &reply)),
        }
    }

    fn ask(&mut self, request: &Request) -> Result<Reply, PeerError> {
        let asked = request.name();
        let pipe = |source| PeerError::Pipe { asked, source };
        let mut line = serde_json::to_string(request).map_err(|error| pipe(error.into()))?;
        line.push('\n');
        // A request that is not taken means that nobody is there any more, which the end of the replies then tells.
        let sent = self.requests.write_all(line.as_bytes()).and_then(|()| self.requests.flush());
        let mut reply = String::new();
        if self.replies.read_line(&mut reply).map_err(pipe)? == 0 {
            let status = self.process.wait().map_err(pipe)?;
            return Err(PeerError::Died { asked, status });
        }
        sent.map_err(pipe)?;
        Reply::parse(&reply, asked)
    }
}

const fn unexpected(request: &Request, reply: &Reply) -> PeerError {
    PeerError::Unexpected { asked: request.name(), reply: reply.kind() }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may be in the middle of a long task that nobody waits for. Failure means that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A worker that is a shell script.
    fn script(text: &str) -> Worker {
        let mut command = Command::new("sh");
        command.args(["-c", text]).stderr(Stdio::null());
        Worker::start(command).unwrap()
    }

    #[test]
    fn requests_and_replies_take_turns() {
        let mut worker = script(
            r#"read first; echo '{"reply":"hello","torch":"9.9","python":"3","threads":2}'
               read second; test "$second" = '{"do":"run","task":"forward"}' || exit 1
               echo '{"reply":"ran","wall_ns":5,"scores":{}}'"#,
        );
        assert_eq!(worker.hello(2).unwrap().torch, "9.9");
        assert_eq!(worker.run(Torch::Forward).unwrap().wall_ns, 5);
    }

    #[test]
    fn a_worker_that_dies_is_told_from_one_that_fails() {
        let died = script("read line; exit 3").run(Torch::Grasp).unwrap_err().to_string();
        assert!(died.contains("exit status: 3") && died.contains("GraSP"), "{died}");
        let at_once = script("exit 4").hello(2).unwrap_err().to_string();
        assert!(at_once.contains("exit status: 4"), "{at_once}");
        let failed = script(r#"read line; echo '{"reply":"failed","message":"MemoryError: "}'"#);
        let failed = { failed }.run(Torch::Forward).unwrap_err().to_string();
        assert!(failed.contains("MemoryError"), "{failed}");
    }

    #[test]
    fn wrong_words_are_refused() {
        let garbled = script("read line; echo hello there").hello(2).unwrap_err().to_string();
        assert!(garbled.contains("`hello there`"), "{garbled}");
        let other = script(r#"read line; echo '{"reply":"loaded","parameters":1}'"#);
        let other = { other }.hello(2).unwrap_err().to_string();
        assert!(other.contains("replied `loaded`"), "{other}");
        let threads = script(r#"read l; echo '{"reply":"hello","torch":"9","python":"3","threads":1}'"#);
        let threads = { threads }.hello(2).unwrap_err().to_string();
        assert!(threads.contains("1 threads, not 2"), "{threads}");
    }

    #[test]
    fn a_program_that_is_missing_is_named() {
        let error = Worker::start(Command::new("/nowhere/python")).unwrap_err().to_string();
        assert!(error.contains("/nowhere/python") && error.contains("make peer"), "{error}");
    }
}
