// Command reads spends most of its time in the kernel, for the seconds it is given.
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

//go:noinline
func read(file *os.File, into []byte) (sum int) {
	if _, err := file.Read(into); err != nil {
		panic(err)
	}
	for _, each := range into[:256] {
		sum += int(each) + sum>>3
	}
	return sum
}

func main() {
	seconds, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	file, err := os.Open("/dev/zero")
	if err != nil {
		panic(err)
	}
	sum := 0
	into := make([]byte, 1<<16)
	for begin := time.Now(); time.Since(begin) < time.Duration(seconds)*time.Second; {
		sum += read(file, into)
	}
	fmt.Println(sum)
}
