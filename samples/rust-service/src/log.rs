//! Access logs in the common log format.

use std::fmt::Write;

/// One request as a web server writes it down.
pub struct Entry<'a> {
    pub host: &'a str,
    /// Seconds since midnight.
    pub second: u32,
    pub method: &'a str,
    pub path: &'a str,
    pub status: u16,
    pub bytes: u64,
}

/// The entries of a log; lines of another form are skipped.
pub fn parse(text: &str) -> Vec<Entry<'_>> {
    text.lines().filter_map(parse_line).collect()
}

/// HOST - - [DAY:HH:MM:SS +ZONE] "METHOD PATH PROTOCOL" STATUS BYTES
fn parse_line(line: &str) -> Option<Entry<'_>> {
    let (host, rest) = line.split_once(' ')?;
    let (_, rest) = rest.split_once('[')?;
    let (time, rest) = rest.split_once("] \"")?;
    let (request, rest) = rest.split_once("\" ")?;
    let (status, bytes) = rest.split_once(' ')?;
    let mut words = request.split(' ');
    Some(Entry {
        host,
        second: parse_time(time)?,
        method: words.next()?,
        path: words.next()?,
        status: status.parse().ok()?,
        bytes: bytes.parse().unwrap_or(0),
    })
}

fn parse_time(time: &str) -> Option<u32> {
    let (clock, _) = time.split_once(' ')?;
    let mut parts = clock.rsplit(':');
    let second: u32 = parts.next()?.parse().ok()?;
    let minute: u32 = parts.next()?.parse().ok()?;
    let hour: u32 = parts.next()?.parse().ok()?;
    Some(hour * 3600 + minute * 60 + second)
}

const PAGES: [&str; 8] =
    ["/", "/news", "/products/%C3%BCber/details", "/search?q=rust+async", "/cart", "/images/logo.svg", "/api/v1/items", "/about%20us"];

/// The log of a day, made up.
pub fn make_day(day: u64) -> String {
    let mut random = day.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move |limit: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % limit
    };
    let mut text = String::new();
    for number in 0..2400 {
        let page = PAGES[next(8) as usize];
        let item = if next(3) == 0 { String::new() } else { format!("/{}", next(40)) };
        let status = [200, 200, 200, 304, 404, 500][next(6) as usize];
        writeln!(
            text,
            "10.0.{}.{} - - [{:02}/Oct/2026:{:02}:{:02}:{:02} +0000] \"GET {page}{item} HTTP/1.1\" {status} {}",
            next(4),
            next(200),
            day % 31 + 1,
            number / 100,
            number % 100 * 60 / 100,
            next(60),
            next(50_000)
        )
        .expect("memory");
    }
    text
}
