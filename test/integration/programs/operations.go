// A program that runs to its end: the same work every time, through an interface that nearly always leads to the same function.
package main

type operation interface{ apply(value uint64) uint64 }

type scramble struct{}

func (scramble) apply(value uint64) uint64 {
	for times := 0; times < 8; times++ {
		value ^= value << 13
		value ^= value >> 7
		value ^= value << 17
	}
	return value
}

type divide struct{}

func (divide) apply(value uint64) uint64 { return value/7 + 1 }

// Never inlined: its calls are what the profile is of.
//
//go:noinline
func run(operations []operation, rounds int) uint64 {
	value := uint64(1)
	for round := 0; round < rounds; round++ {
		which := 0
		if round%1024 == 0 {
			which = 1
		}
		value = operations[which].apply(value)
	}
	return value
}

func main() {
	println(run([]operation{scramble{}, divide{}}, 4*1000*1000))
}
