package bench_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/roster-go/roster/bench/server"
)

// serve is set in the environment of a process that is the server.
const serve = "ROSTER_BENCH_SERVE"

// where is the address of the server.
var where string

func TestMain(m *testing.M) {
	if os.Getenv(serve) != "" {
		beServer()
		return
	}
	os.Exit(run(m))
}

// beServer serves until its standard input ends, which is when the process that started it does.
func beServer() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go func() { _ = server.Serve(listener) }()
	fmt.Println("http://" + listener.Addr().String())
	_, _ = os.Stdin.Read(make([]byte, 1))
}

func run(m *testing.M) int {
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), serve+"=1")
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		panic(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		panic(err)
	}
	if err := command.Start(); err != nil {
		panic(err)
	}
	defer func() {
		_ = in.Close()
		_ = command.Wait()
	}()
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		panic(err)
	}
	where = strings.TrimSpace(address)
	return m.Run()
}

// control tells the server something, and returns what has come since the last time.
func control(tb testing.TB, c server.Control) server.Counts {
	tb.Helper()
	body, err := json.Marshal(c)
	if err != nil {
		tb.Fatal(err)
	}
	response, err := http.Post(where+"/control", "application/json", bytes.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	defer response.Body.Close()
	var counts server.Counts
	if err := json.NewDecoder(response.Body).Decode(&counts); err != nil {
		tb.Fatal(err)
	}
	return counts
}

// cpu is the processor time of this process so far.
func cpu(tb testing.TB) time.Duration {
	tb.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
