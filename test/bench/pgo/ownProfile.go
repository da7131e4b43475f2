package main

import (
	"os"
	"os/signal"
	"runtime/pprof"
	"syscall"
)

// Profiles itself into the file that OWN_PROFILE names, until SIGUSR1.
func init() {
	path := os.Getenv("OWN_PROFILE")
	if path == "" {
		return
	}
	file, err := os.Create(path)
	if err != nil {
		panic(err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		panic(err)
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGUSR1)
	go func() {
		<-stop
		pprof.StopCPUProfile()
		file.Close()
		os.Rename(path, path+".whole")
	}()
}
