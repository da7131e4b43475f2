// Command shapes adds up areas behind an interface, nearly all of one kind, for as many seconds of CPU time as it is told.
package main

import (
	"math/bits"
	"os"
	"strconv"
	"syscall"
)

type shape interface{ area(scale uint64) uint64 }

type square struct{ side uint64 }

type circle struct{ radius uint64 }

// Short, so that calling it takes most of its time.
func (s square) area(scale uint64) uint64 { return s.side*s.side + scale }

func (c circle) area(scale uint64) uint64 { return c.radius * c.radius * 355 / 113 / scale }

// digest is too large to be inlined unless a profile says that it is hot.
func digest(value, seed uint64) uint64 {
	value ^= bits.RotateLeft64(seed, 13)
	value *= 0x9e3779b97f4a7c15
	value ^= value >> 29
	value += bits.RotateLeft64(value, 31)
	if value&0xff == 0x7f {
		value ^= bits.Reverse64(seed) + bits.RotateLeft64(value, 7) ^ bits.ReverseBytes64(value)
	}
	value *= 0xbf58476d1ce4e5b9
	value ^= value >> 32
	value ^= bits.RotateLeft64(value, 17) + bits.RotateLeft64(seed, 3)
	return value
}

func number[Number ~uint64](values []Number) (sum Number) {
	for at, value := range values {
		sum += Number(digest(uint64(value), uint64(at)))
	}
	return sum
}

func total(shapes []shape, scale uint64) uint64 {
	sum := uint64(0)
	for _, each := range shapes {
		sum += each.area(scale)
	}
	return sum
}

// used is the CPU time the program took so far.
func used() float64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func main() {
	seconds, err := strconv.ParseFloat(os.Args[1], 64)
	if err != nil {
		panic(err)
	}
	shapes := make([]shape, 1024)
	values := make([]uint64, 1024)
	for at := range shapes {
		shapes[at] = square{uint64(at)}
		if at%100 == 99 {
			shapes[at] = circle{uint64(at)}
		}
	}
	sum, rounds := uint64(0), 0
	for ; used() < seconds; rounds++ {
		for round := uint64(1); round < 500; round++ {
			values[round] = total(shapes, round)
			sum += number(values)
		}
	}
	// What came out; how much was done, and the microseconds that took.
	println(sum, rounds, int(used()*1e6))
}
