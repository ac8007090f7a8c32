package contract_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/roster-go/roster/contract"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReportCountsWhatIsTheSame(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	r := contract.NewReport(func() time.Time { return now })
	v := validator(t, "wecom")
	list := contract.Exchange{Operation: "GetUserList", Response: answer(200, "application/json",
		`{"errcode":0,"userlist":[{"userid":"a"},{"userid":"b","new":1},{"userid":"c","new":1}]}`)}
	fresh := r.Add(v.Check(list)...)
	require.Len(t, fresh, 1)
	now = now.Add(time.Hour)
	assert.Empty(t, r.Add(v.Check(list)...))
	r.Add(v.Check(contract.Exchange{Operation: "GetUser",
		Response: answer(200, "application/json", `{"errcode":123456}`)})...)
	r.Add(v.Check(contract.Exchange{Operation: "GetUser",
		Response: answer(200, "application/json", `{"errcode":123457}`)})...)
	r.Add(v.Check(contract.Exchange{Operation: "GetUser", Response: answer(502, "text/html", `<html>`)})...)

	entries := r.Entries()
	var got []string
	for _, e := range entries {
		got = append(got, fmt.Sprintf("%d %s %s %s %s", e.Count, e.Operation, e.Pointer, e.Kind, e.Code))
	}
	assert.Equal(t, []string{
		"1 GetUser  not_json ", "1 GetUser /errcode undocumented_code 123456",
		"1 GetUser /errcode undocumented_code 123457",
		"4 GetUserList /userlist/1/new undeclared_field ",
	}, got)
	assert.Equal(t, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), entries[3].FirstSeen)
	assert.Equal(t, now, entries[3].LastSeen)
	assert.Len(t, r.Drift(), 3, "an outage is none")

	text, err := json.Marshal(r)
	require.NoError(t, err)
	var decoded []contract.Entry
	require.NoError(t, json.Unmarshal(text, &decoded))
	assert.Equal(t, entries, decoded)
}

func TestReportKeepsTheWorst(t *testing.T) {
	r := contract.NewReport(nil)
	f := contract.Finding{Vendor: "x", Place: "/a", Kind: contract.KindNull, Severity: contract.Informative}
	r.Add(f)
	f.Severity = contract.Breaking
	r.Add(f)
	assert.Equal(t, contract.Breaking, r.Entries()[0].Severity)
}

func TestReportIsBounded(t *testing.T) {
	r := contract.NewReport(nil)
	for i := range 5000 {
		r.Add(contract.Finding{Vendor: "x", Place: "/" + strconv.Itoa(i), Kind: contract.KindUndeclaredField})
	}
	assert.Len(t, r.Entries(), 2000)
	assert.EqualValues(t, 3000, r.Left())
}
