// Package contractci is a contract test to copy into a program's repository: it tells from the program's own CI that a
// vendor has changed, before production does. contract_test.go is the test, workflow.yaml a schedule that runs it every
// day.
package contractci
