package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/roster-go/roster/contract"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// verdict decodes the report for machines.
func verdict(t *testing.T, stdout string) checked {
	t.Helper()
	var result checked
	require.NoError(t, json.Unmarshal([]byte(stdout), &result), stdout)
	return result
}

func TestCheckOfACleanVendor(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(60), sim.WithDepartments(8), sim.WithoutQuotas())
	for _, v := range vendors.All() {
		t.Run(v.Name, func(t *testing.T) {
			stdout, _, err := run(t, server, "check", v.Name, "--json")
			require.NoError(t, err)
			result := verdict(t, stdout)
			assert.Equal(t, contract.Clean, result.Verdict)
			assert.Empty(t, result.Findings)
			assert.Greater(t, result.Answers, 10)
			stdout, stderr, err := run(t, server, "check", v.Name)
			require.NoError(t, err)
			assert.Contains(t, stdout, v.Name+": clean, ")
			assert.Contains(t, stderr, "checking "+server.URL)
		})
	}
}

func TestCheckNamesExactlyThePlantedDrift(t *testing.T) {
	for _, tc := range []struct {
		vendor, operation string
		fault             sim.Fault
		place             string
		kind              contract.Kind
	}{
		{"wecom", "GetUser", sim.Fault{Kind: sim.FaultExtraField, Field: "brand_new"}, "/brand_new",
			contract.KindUndeclaredField},
		{"wecom", "GetUserList", sim.Fault{Kind: sim.FaultChangedType, Field: "userlist.0.name"}, "/userlist/*/name",
			contract.KindWrongType},
		{"dingtalk", "getUserV2", sim.Fault{Kind: sim.FaultExtraField, Field: "result.brand_new"}, "/result/brand_new",
			contract.KindUndeclaredField},
		{"feishu", "listUsersByDepartment", sim.Fault{Kind: sim.FaultChangedType, Field: "data.items.0.name"},
			"/data/items/*/name", contract.KindWrongType},
		{"wps", "getUser", sim.Fault{Kind: sim.FaultExtraField, Field: "data.brand_new"}, "/data/brand_new",
			contract.KindUndeclaredField},
	} {
		t.Run(tc.vendor+" "+tc.operation, func(t *testing.T) {
			server := simtest.Serve(t, sim.WithPeople(60), sim.WithDepartments(8), sim.WithoutQuotas())
			server.Inject(tc.vendor, tc.operation, tc.fault)
			stdout, _, err := run(t, server, "check", tc.vendor, "--json")
			require.Error(t, err)
			assert.Equal(t, exitDrift, exitCode(err))
			result := verdict(t, stdout)
			assert.Equal(t, contract.Drifted, result.Verdict)
			require.Len(t, result.Findings, 1)
			assert.Equal(t, tc.operation, result.Findings[0].Operation)
			assert.Equal(t, tc.place, result.Findings[0].Place)
			assert.Equal(t, tc.kind, result.Findings[0].Kind)
			assert.Empty(t, result.Findings[0].Value)

			stdout, _, err = run(t, server, "check", tc.vendor)
			assert.Equal(t, exitDrift, exitCode(err))
			assert.Contains(t, stdout, tc.operation)
			assert.Contains(t, stdout, tc.place)
		})
	}
}

func TestCheckThatCouldNotCheck(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(20), sim.WithDepartments(4), sim.WithoutQuotas())
	weCom, err := vendors.Named("wecom")
	require.NoError(t, err)
	demo := weCom.Simulated(server)
	outages := filepath.Join(t.TempDir(), "outages.har")
	require.NoError(t, os.WriteFile(outages, []byte(`{"log":{"entries":[{"request":{"method":"GET",
		"url":"https://qyapi.weixin.qq.com/cgi-bin/user/get?userid=a"},
		"response":{"status":502,"content":{"mimeType":"text/html","text":"<html></html>"}}}]}}`), 0o600))
	outageSamples := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(outageSamples, "wecom", "GetUser"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(outageSamples, "wecom", "GetUser", "error-502.json"),
		[]byte(`{"response":{"status":502,"text":"<html></html>"}}`), 0o600))
	for name, tc := range map[string]struct {
		args []string
		env  map[string]string
	}{
		"unknown vendor": {[]string{"check", "slack"}, nil},
		"wrong secret": {[]string{"check", "wecom"},
			map[string]string{"WECOM_CORP_ID": demo["WECOM_CORP_ID"], "WECOM_APP_SECRET": "planted-wrong",
				"WECOM_BASE_URL": server.WeComURL()}},
		"nobody is there": {[]string{"check", "wecom"},
			map[string]string{"WECOM_CORP_ID": "ww1", "WECOM_APP_SECRET": "planted-wrong",
				"WECOM_BASE_URL": "http://127.0.0.1:1"}},
		"no credentials": {[]string{"check", "wecom"}, nil},
		"half of it":     {[]string{"check", "wecom"}, map[string]string{"WECOM_CORP_ID": "ww1"}},
		"no vendor":      {[]string{"check"}, nil},
		"unknown flag":   {[]string{"check", "wecom", "--jsn"}, nil},
		"three sources":  {[]string{"check", "wecom", "--samples", "../../testdata", "--sim"}, nil},
		"two sources":    {[]string{"check", "wecom", "--samples", "a", "--har", "b"}, nil},
		"empty samples":  {[]string{"check", "wecom", "--samples", ""}, nil},
		"empty archive":  {[]string{"check", "wecom", "--har="}, nil},
		"no folder":      {[]string{"check", "wecom", "--samples", filepath.Join(t.TempDir(), "x")}, nil},
		"outage samples": {[]string{"check", "wecom", "--samples", outageSamples}, nil},
		"only outages":   {[]string{"check", "wecom", "--har", outages}, nil},
		"no samples":     {[]string{"check", "wecom", "--samples", t.TempDir()}, nil},
		"no archive":     {[]string{"check", "wecom", "--har", filepath.Join(t.TempDir(), "x.har")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			for _, variable := range weCom.Variables {
				t.Setenv(variable.Name, tc.env[variable.Name])
			}
			root := newRoot()
			out := &signalWriter{written: make(chan struct{})}
			root.SetOut(out)
			root.SetErr(out)
			root.SetArgs(tc.args)
			err := root.ExecuteContext(t.Context())
			require.Error(t, err)
			assert.Equal(t, exitUnchecked, exitCode(err), err)
			assert.NotContains(t, err.Error()+out.buf.String(), "planted-wrong")
		})
	}
}

func TestCheckOfTheBuiltInSimulatorHasToBeAskedFor(t *testing.T) {
	_, _, err := run(t, nil, "check", "wecom")
	require.ErrorContains(t, err,
		`wecom: no credentials: WECOM_CORP_ID is not set ("roster export --help" lists the variables; --sim takes `+
			`the built-in simulator)`)
	assert.Equal(t, exitUnchecked, exitCode(err))
	stdout, _, err := run(t, nil, "check", "wecom", "--sim")
	require.NoError(t, err)
	assert.Regexp(t, `wecom: clean, \d+ answers of the built-in simulator`, stdout)
}

// What a program sends beyond the document is the program's business, and so are the vendor's other interfaces.
func TestCheckOfAnArchiveWithOtherTraffic(t *testing.T) {
	archive := filepath.Join(t.TempDir(), "x.har")
	require.NoError(t, os.WriteFile(archive, []byte(`{"log":{"entries":[
		{"request":{"method":"GET","url":"https://qyapi.weixin.qq.com/cgi-bin/user/get?userid=a&debug=1"},
		 "response":{"status":200,"content":{"mimeType":"application/json","text":"{\"errcode\":0,\"userid\":\"a\"}"}}},
		{"request":{"method":"OPTIONS","url":"https://qyapi.weixin.qq.com/cgi-bin/user/get"},"response":{"status":204,
			"content":{"size":0}}},
		{"request":{"method":"POST","url":"https://qyapi.weixin.qq.com/cgi-bin/message/send"},
		 "response":{"status":200,"content":{"mimeType":"application/json","text":"{\"errcode\":0}"}}}]}}`), 0o600))
	stdout, _, err := run(t, nil, "check", "wecom", "--har", archive)
	require.NoError(t, err, stdout)
	assert.Contains(t, stdout, "undeclared_parameter query /debug")
	assert.Contains(t, stdout, "wecom: clean, 1 answers of ")
}

func TestCheckNamesACodeThatIsNew(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(60), sim.WithDepartments(8), sim.WithoutQuotas())
	server.Inject("wecom", "GetUser", sim.Fault{Kind: sim.FaultVendorError, Code: "987654"})
	stdout, _, err := run(t, server, "check", "wecom")
	assert.Equal(t, exitDrift, exitCode(err))
	assert.Contains(t, stdout, "undocumented_code 987654 response body /errcode")
}

func TestCheckOfRecordedAnswers(t *testing.T) {
	for _, v := range vendors.All() {
		stdout, _, err := run(t, nil, "check", v.Name, "--samples", "../../testdata")
		require.NoError(t, err, stdout)
		assert.Contains(t, stdout, "clean")
	}

	folder := t.TempDir()
	sample, err := os.ReadFile("../../testdata/wecom/GetActiveStat/success.json")
	require.NoError(t, err)
	var changed map[string]any
	require.NoError(t, json.Unmarshal(sample, &changed))
	changed["response"].(map[string]any)["body"].(map[string]any)["active_cnt"] = "many"
	sample, err = json.Marshal(changed)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "wecom", "GetActiveStat"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "wecom", "GetActiveStat", "success.json"), sample, 0o600))
	stdout, _, err := run(t, nil, "check", "wecom", "--samples", folder)
	assert.Equal(t, exitDrift, exitCode(err))
	assert.Contains(t, stdout, "/active_cnt")
	assert.NotContains(t, stdout, "many")
}

func TestCheckNamesTheFilesThatItIgnores(t *testing.T) {
	folder := t.TempDir()
	sample, err := os.ReadFile("../../testdata/wecom/GetActiveStat/success.json")
	require.NoError(t, err)
	for _, name := range []string{"wecom/GetActiveStat/success.json", "wecom/GetActiveStat/sucess-2.json",
		"wecom/GetActiveStat/success.json.bak",
		"wecom/success.json", "GetActiveStat/success.json", "feishu/getUser/sucess.json"} {
		file := filepath.Join(folder, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, sample, 0o600))
	}
	want := []string{"GetActiveStat/success.json", "wecom/GetActiveStat/success.json.bak",
		"wecom/GetActiveStat/sucess-2.json",
		"wecom/success.json"}
	stdout, _, err := run(t, nil, "check", "wecom", "--samples", folder, "--json")
	require.NoError(t, err)
	assert.Equal(t, want, verdict(t, stdout).Ignored)
	stdout, _, err = run(t, nil, "check", "wecom", "--samples", folder)
	require.NoError(t, err)
	for _, name := range want {
		assert.Contains(t, stdout, "\n"+name+": ignored, it is no sample")
	}
	assert.NotContains(t, stdout, "feishu")

	_, _, err = run(t, nil, "check", "wecom", "--samples", filepath.Join(folder, "wecom"))
	require.ErrorContains(t, err, "ignored: GetActiveStat/success.json, ")
}
