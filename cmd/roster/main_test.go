package main

import (
	"os"
	"testing"
)

// asProgram makes the test's own program behave like the command, for tests that need a process.
const asProgram = "ROSTER_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(mainCode())
	}
	os.Exit(m.Run())
}
