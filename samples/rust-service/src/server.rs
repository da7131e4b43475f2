//! As much HTTP as is needed: GET, connections that stay open, a thread for each.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// Serves on the loopback interface for ever; None is answered with 404.
pub fn serve<Answer>(port: u16, answer: Answer) -> io::Result<()>
where
    Answer: Fn(&str) -> Option<String> + Send + Sync + 'static,
{
    let answer = Arc::new(answer);
    for connection in TcpListener::bind(("127.0.0.1", port))?.incoming() {
        let (connection, answer) = (connection?, answer.clone());
        connection.set_nodelay(true)?;
        // A connection that breaks ends its thread.
        thread::spawn(move || talk(&connection, &*answer));
    }
    Ok(())
}

fn talk(connection: &TcpStream, answer: &dyn Fn(&str) -> Option<String>) -> io::Result<()> {
    let mut reader = BufReader::new(connection);
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let path = line.split(' ').nth(1).unwrap_or("").to_string();
        while line != "\r\n" {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
        }
        let (status, body) = match answer(&path) {
            Some(body) => ("200 OK", body),
            None => ("404 Not Found", "not found\n".to_string()),
        };
        let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
        let mut writer = connection;
        writer.write_all((head + &body).as_bytes())?;
    }
}
