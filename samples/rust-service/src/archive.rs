//! Logs by day. One thread reads them for all that ask, and leaves the disk to others in between.

use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::log::make_day;

/// How long the disk is left to others after each day that was read.
const PAUSE: Duration = Duration::from_micros(200);

struct Request {
    day: usize,
    reply: Sender<Arc<str>>,
}

pub struct Archive {
    requests: Mutex<Sender<Request>>,
}

impl Archive {
    /// An archive of so many days, which are made up, the same ones at every start.
    pub fn open(days: u64) -> Archive {
        let days: Vec<Arc<str>> = (0..days).map(|day| make_day(day).into()).collect();
        let (requests, received) = channel();
        thread::Builder::new()
            .name("archive".to_string())
            .spawn(move || read(&days, &received))
            .expect("a thread");
        Archive { requests: Mutex::new(requests) }
    }

    /// The log of a day, as soon as it was read.
    pub fn fetch(&self, day: usize) -> Arc<str> {
        let (reply, replied) = channel();
        self.requests.lock().expect("no panic").send(Request { day, reply }).expect("the reader");
        replied.recv().expect("a reply")
    }
}

fn read(days: &[Arc<str>], received: &Receiver<Request>) {
    for Request { day, reply } in received {
        // Who asked may be gone.
        let _ = reply.send(days[day % days.len()].clone());
        thread::sleep(PAUSE);
    }
}
