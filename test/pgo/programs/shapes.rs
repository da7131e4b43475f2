//! Adds up areas behind a trait object, nearly all of one kind, for as many rounds as it is told.

trait Shape {
    fn area(&self, scale: u64) -> u64;
}

struct Square(u64);
struct Circle(u64);

// Short, so that calling it takes most of its time.
impl Shape for Square {
    fn area(&self, scale: u64) -> u64 {
        self.0.wrapping_mul(self.0).wrapping_add(scale)
    }
}

impl Shape for Circle {
    fn area(&self, scale: u64) -> u64 {
        self.0.wrapping_mul(self.0).wrapping_mul(355) / 113 / scale
    }
}

#[inline(never)]
fn total(shapes: &[Box<dyn Shape>], scale: u64) -> u64 {
    shapes.iter().fold(0, |sum: u64, shape| sum.wrapping_add(shape.area(scale)))
}

fn main() {
    let rounds: u64 = std::env::args().nth(1).and_then(|word| word.parse().ok()).unwrap_or(1);
    let shapes: Vec<Box<dyn Shape>> = (0..1000)
        .map(|side| match side % 100 {
            0 => Box::new(Circle(side)) as Box<dyn Shape>,
            _ => Box::new(Square(side)),
        })
        .collect();
    let sum = (1..=rounds).fold(0, |sum: u64, scale| sum.wrapping_add(total(&shapes, scale)));
    println!("{sum}");
}
