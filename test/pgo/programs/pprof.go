// Command pprof serves its own CPU profile, and always has something to do: see net/http/pprof.
package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
)

//go:noinline
func scramble(values []uint64) (sum uint64) {
	for at := range values {
		values[at] = values[at]*6364136223846793005 + uint64(at)
		sum ^= values[at] >> 33
	}
	return sum
}

func work() {
	values := make([]uint64, 4096)
	for {
		values[0] ^= scramble(values)
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go work()
	fmt.Println(listener.Addr())
	panic(http.Serve(listener, nil))
}
