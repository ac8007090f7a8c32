package contract_test

import (
	"maps"
	"os"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/roster-go/roster/contract"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The samples and the documents agree: nothing is found in a sample of a success, requests included, nor in the sample
// of a refusal. What is found in the others is that there is no answer.
func TestSamplesAgreeWithTheDocuments(t *testing.T) {
	clean, none := 0, 0
	for _, vendor := range contract.Vendors() {
		v, _ := load(t, vendor)
		results, err := v.CheckSamples(os.DirFS("../testdata"))
		require.NoError(t, err)
		for _, r := range results {
			assert.Emptyf(t, r.Drift(), "%s %s/%s", vendor, r.Operation, r.Case)
			if r.Success || r.Answered {
				assert.Emptyf(t, r.Findings, "%s %s/%s", vendor, r.Operation, r.Case)
				clean++
				continue
			}
			none++
			for _, f := range r.Findings {
				assert.Containsf(t, []contract.Kind{contract.KindNotJSON, contract.KindWrongContentType,
					contract.KindMissing}, f.Kind, "%s %s/%s", vendor, r.Operation, r.Case)
			}
		}
	}
	t.Logf("%d samples without a finding, %d that show no answer", clean, none)
}

func TestASampleThatDriftsIsReported(t *testing.T) {
	v, _ := load(t, "wecom")
	file := func(body string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(`{"request": {"query": {"userid": ["zhangsan"]}}, "response": ` +
			`{"status": 200, "header": {"Content-Type": "application/json"}, "body": ` + body + `}}`)}
	}
	results, err := v.CheckSamples(fstest.MapFS{
		"wecom/GetUser/success.json": file(
			`{"errcode": 0, "errmsg": "ok", "userid": "zhangsan", "nickname": "z"}`),
		"wecom/GetUser/error-new.json":     file(`{"errcode": 999888, "errmsg": "new"}`),
		"wecom/GetUser/error-nothing.json": file(`{}`),
		"wecom/NoSuch/success.json":        file(`{"errcode": 0}`),
	})
	require.NoError(t, err)
	got := map[string][]contract.Finding{}
	for _, r := range results {
		got[r.Operation+"/"+r.Case] = r.Drift()
	}
	assert.Equal(t, []string{"GetUser/error-new", "GetUser/error-nothing", "GetUser/success", "NoSuch/success"},
		slices.Sorted(maps.Keys(got)))
	assert.Empty(t, got["GetUser/error-nothing"], "it shows what is no answer")
	require.Len(t, got["GetUser/success"], 1)
	assert.Equal(t, "/nickname", got["GetUser/success"][0].Pointer)
	require.Len(t, got["GetUser/error-new"], 1)
	assert.Equal(t, "999888", got["GetUser/error-new"][0].Code)
	require.Len(t, got["NoSuch/success"], 1)
	assert.Equal(t, contract.KindUndeclaredOperation, got["NoSuch/success"][0].Kind)
}

func TestSamplesThatCannotBeRead(t *testing.T) {
	v, _ := load(t, "wecom")
	for name, folder := range map[string]fstest.MapFS{
		"no samples":     {},
		"another vendor": {"wps/getUser/success.json": {Data: []byte(`{"response": {"status": 200}}`)}},
		"not JSON":       {"wecom/GetUser/success.json": {Data: []byte(`nothing`)}},
		"no status":      {"wecom/GetUser/success.json": {Data: []byte(`{"response": {}}`)}},
	} {
		_, err := v.CheckSamples(folder)
		assert.Error(t, err, name)
		assert.NotContains(t, err.Error(), "panic")
	}
}
