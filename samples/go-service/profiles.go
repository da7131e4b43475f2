package main

// GET /debug/pprof/profile answers with a CPU profile, as many services do.
import _ "net/http/pprof"
