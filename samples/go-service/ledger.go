package main

// #include "ledger.h"
import "C"

// record counts a page that was served.
func record(served page) {
	C.ledger_record(C.uint64_t(served.tag))
}
