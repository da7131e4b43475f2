//! What a day of traffic comes to.

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};

use crate::log::Entry;

const SHOWN: usize = 10;

pub struct Report {
    requests: usize,
    bytes: u64,
    failures: usize,
    visitors: usize,
    by_hour: [u64; 24],
    /// The most frequent first.
    pages: Vec<(String, u64)>,
}

pub fn report(entries: &[Entry]) -> Report {
    let mut by_hour = [0; 24];
    let mut pages: HashMap<String, u64> = HashMap::new();
    let mut hosts: HashMap<&str, u64> = HashMap::new();
    for entry in entries {
        by_hour[(entry.second / 3600 % 24) as usize] += 1;
        *hosts.entry(entry.host).or_default() += 1;
        if entry.method == "GET" {
            *pages.entry(plain_path(entry.path)).or_default() += 1;
        }
    }
    let mut pages: Vec<(String, u64)> = pages.into_iter().collect();
    pages.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    pages.truncate(SHOWN);
    Report {
        requests: entries.len(),
        bytes: entries.iter().map(|entry| entry.bytes).sum(),
        failures: entries.iter().filter(|entry| entry.status >= 500).count(),
        visitors: hosts.len(),
        by_hour,
        pages,
    }
}

/// A path without its query, and with what was encoded (%C3%BC) decoded.
pub fn plain_path(path: &str) -> String {
    let path = path.split('?').next().unwrap_or(path);
    let mut plain = Vec::with_capacity(path.len());
    let bytes = path.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let decoded = if bytes[at] == b'%' { path.get(at + 1..at + 3) } else { None };
        match decoded.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                plain.push(byte);
                at += 3;
            }
            None => {
                plain.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

impl Display for Report {
    /// As JSON.
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(
            out,
            "{{\"requests\":{},\"bytes\":{},\"failures\":{},\"visitors\":{},\"byHour\":{:?},\"pages\":[",
            self.requests, self.bytes, self.failures, self.visitors, self.by_hour
        )?;
        for (index, (path, count)) in self.pages.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(out, "{comma}{{\"path\":\"{}\",\"requests\":{count}}}", escape(path))?;
        }
        out.write_str("]}")
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\\' => escaped.extend(['\\', character]),
            '\0'..='\x1f' => escaped.push_str(&format!("\\u{:04x}", character as u32)),
            _ => escaped.push(character),
        }
    }
    escaped
}
