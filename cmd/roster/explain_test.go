package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// runWith executes a command line with the given variables of the vendors and no others.
func runWith(t *testing.T, env map[string]string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	for _, v := range vendors.All() {
		for _, variable := range v.Variables {
			t.Setenv(variable.Name, "")
		}
	}
	for name, value := range env {
		t.Setenv(name, value)
	}
	root := newRoot()
	var out, log bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&log)
	root.SetArgs(args)
	err = root.ExecuteContext(t.Context())
	return out.String(), log.String(), err
}

func TestRefusedCredentialsAreNamed(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(20), sim.WithDepartments(4))
	for vendor, want := range map[string]string{
		"wecom":    "wecom: the vendor refused WECOM_CORP_ID or WECOM_APP_SECRET: ",
		"dingtalk": "dingtalk: the vendor refused DINGTALK_APP_KEY or DINGTALK_APP_SECRET: ",
		"feishu":   "feishu: the vendor refused FEISHU_APP_ID or FEISHU_APP_SECRET: ",
		"wps":      "wps: the vendor refused WPS_APP_ID or WPS_APP_KEY: ",
	} {
		t.Run(vendor, func(t *testing.T) {
			v, err := vendors.Named(vendor)
			require.NoError(t, err)
			env := v.Simulated(server)
			for _, variable := range v.Variables {
				if variable.Secret {
					env[variable.Name] = "planted-wrong"
				}
			}
			_, _, err = runWith(t, env, "export", vendor)
			require.ErrorIs(t, err, clients.ErrUnauthenticated)
			assert.True(t, strings.HasPrefix(err.Error(), want), err)
			assert.NotContains(t, err.Error(), "planted")
		})
	}
}

func TestCredentialsThatCannotBeOnesAreNamedByTheirVariables(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(20), sim.WithDepartments(4))
	for _, v := range vendors.All() {
		for _, variable := range v.Variables {
			if !variable.Secret {
				continue
			}
			for _, command := range []string{"export", "check"} {
				t.Run(variable.Name+" "+command, func(t *testing.T) {
					env := v.Simulated(server)
					env[variable.Name] = "planted\n"
					_, log, err := runWith(t, env, command, v.Name)
					require.Error(t, err)
					assert.ErrorContains(t, err, variable.Name)
					assert.NotContains(t, err.Error()+log, "Config.")
					assert.NotContains(t, err.Error()+log, "planted")
				})
			}
		}
	}
	env := mustVendor(t, "feishu").Simulated(server)
	env["FEISHU_APP_SECRET"] = "planted-wrong"
	out, log, err := runWith(t, env, "check", "feishu")
	require.Error(t, err)
	assert.Contains(t, out+log+err.Error(), "FEISHU_APP_ID or FEISHU_APP_SECRET", "refused credentials are named, too")
	assert.NotContains(t, out+log+err.Error(), "Config.")
}

func mustVendor(t *testing.T, name string) vendors.Vendor {
	t.Helper()
	v, err := vendors.Named(name)
	require.NoError(t, err)
	return v
}

func TestBaseURLs(t *testing.T) {
	for base, want := range map[string]string{
		"":                        "",
		"https://x.example/y":     "",
		"x.example":               "X lacks http:// or https://",
		"ftp://x.example":         "X lacks http:// or https://",
		"http://":                 "X lacks a host",
		"https://a b/":            "X is no URL",
		"https://u:planted@[::1/": "X is no URL",
	} {
		err := checkBaseURL("X", base)
		if want == "" {
			assert.NoError(t, err)
			continue
		}
		assert.EqualError(t, err, want)
	}
}

func TestMisspeltVariablesAreNamed(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(20), sim.WithDepartments(4))
	env := variablesOf(t, server, "wps")
	env["WPS_APP_KYE"] = env["WPS_APP_KEY"]
	delete(env, "WPS_APP_KEY")
	const line = "wps: WPS_APP_KYE is set, and is none of this program's variables: did you mean WPS_APP_KEY?\n"
	for _, command := range []string{"export", "check"} {
		_, stderr, err := runWith(t, env, command, "wps")
		require.ErrorContains(t, err, "WPS_APP_KEY is not set, though other WPS variables are")
		assert.Equal(t, line, stderr)
	}
	_, stderr, err := runWith(t, map[string]string{"WPS_APP_KYE": "planted", "WPS_ELSEWHERE": "planted"}, "export",
		"all", "-o", t.TempDir())
	require.ErrorContains(t, err, "no vendor has credentials")
	assert.Contains(t, stderr, line)
	assert.Contains(t, stderr, "wps: WPS_ELSEWHERE is set, and is none of this program's variables\n")
	assert.NotContains(t, stderr, "planted")
}

func variablesOf(t *testing.T, server *sim.Server, vendor string) map[string]string {
	t.Helper()
	v, err := vendors.Named(vendor)
	require.NoError(t, err)
	return v.Simulated(server)
}

func TestDistance(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"kitten", "sitting", 3}, {"KYE", "KEY", 2}} {
		assert.Equal(t, tc.want, distance(tc.a, tc.b), tc)
		assert.Equal(t, tc.want, distance(tc.b, tc.a), tc)
	}
}

func TestExportAllGoesOnWhenOneFails(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(20), sim.WithDepartments(4))
	env := map[string]string{}
	for _, vendor := range []string{"wecom", "feishu", "wps"} {
		maps.Copy(env, variablesOf(t, server, vendor))
	}
	env["WPS_APP_KEY"] = "planted-wrong"
	env["FEISHU_APP_SECRET"] = ""
	folder := t.TempDir()
	old := filepath.Join(folder, "wps.jsonl")
	require.NoError(t, os.WriteFile(old, []byte("yesterday"), 0o600))
	_, stderr, err := runWith(t, env, "export", "all", "-o", folder)
	require.Error(t, err)
	assert.Equal(t, exitFailure, exitCode(err))
	text := err.Error()
	assert.True(t, strings.HasPrefix(text,
		"2 of 3 exports failed (feishu, wps):\nfeishu: FEISHU_APP_SECRET is not set"), text)
	assert.Contains(t, text, "\nwps: the vendor refused WPS_APP_ID or WPS_APP_KEY: ")
	assert.Contains(t, stderr, "dingtalk: left out, DINGTALK_APP_KEY is not set\n")
	assert.Regexp(t, `wecom +4 +20 `, stderr)
	assert.NotRegexp(t, `wps +0 `, stderr, "no numbers of what failed")
	assert.Len(t, snapshotFile(t, filepath.Join(folder, "wecom.jsonl")).Users, 20)
	kept, err := os.ReadFile(old)
	require.NoError(t, err)
	assert.Equal(t, "yesterday", string(kept))
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, left, 2)
}

func TestAnExportOfNobodyFails(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(20), sim.WithDepartments(4))
	server.WPS().SetDataPermission(nil) // as long as nobody has set it
	file := filepath.Join(t.TempDir(), "staff.jsonl")
	require.NoError(t, os.WriteFile(file, []byte("yesterday"), 0o600))
	_, _, err := run(t, server, "export", "wps", "-o", file)
	require.ErrorIs(t, err, directory.ErrEmpty)
	assert.Equal(t, exitFailure, exitCode(err))
	assert.Regexp(t, `^wps: nobody was found in \d+ departments: check the app's data permission`, err.Error())
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "yesterday", string(kept))

	_, _, err = run(t, server, "export", "wps", "-o", file, "--allow-empty")
	require.NoError(t, err)
	assert.Empty(t, snapshotFile(t, file).Users)
}

func TestProgressCountsDepartments(t *testing.T) {
	p := newProgress(io.Discard, []string{"wecom", "wps"})
	assert.Equal(t, "wecom 0/0, wps 0/0 departments", p.text(), "from the start")
	p.listed("wecom")
	p.listed("wps")
	p.listed("wps")
	p.read("wps")
	assert.Equal(t, "wecom 0/1, wps 1/2 departments", p.text())
	assert.Equal(t, reach{1, 3}, p.sum())
	p.clear()
}

func TestOperations(t *testing.T) {
	for _, v := range vendors.All() {
		stdout, _, err := run(t, nil, "operations", v.Name)
		require.NoError(t, err)
		all, err := operationsOf(v.Name)
		require.NoError(t, err)
		assert.Equal(t, len(all), strings.Count(stdout, "\n"))
	}
	stdout, _, err := run(t, nil, "operations", "wecom")
	require.NoError(t, err)
	assert.Regexp(t, `(?m)^GetUser +read +GET /user/get +\S`, stdout)
	assert.Regexp(t, `(?m)^CreateUser +write +POST /user/create +\S`, stdout)
	_, _, err = run(t, nil, "operations", "slack")
	require.ErrorContains(t, err, "unknown vendor")
	_, _, err = run(t, nil, "operations")
	require.ErrorContains(t, err, "name one vendor: wecom")
}

func TestCompletion(t *testing.T) {
	for want, args := range map[string][]string{
		"wecom dingtalk feishu wps all": {"export", ""},
		"wecom dingtalk feishu wps":     {"check", ""},
		"jsonl csv scim":                {"export", "wps", "--format", ""},
		"text jsonl":                    {"diff", "--format", ""},
		"active pending disabled left":  {"export", "wps", "--status", ""},
		"GetUser ListUserId":            {"record", "wecom", ""},
	} {
		stdout, _, err := run(t, nil, append([]string{"__complete"}, args...)...)
		require.NoError(t, err)
		var words []string
		for line := range strings.Lines(stdout) {
			word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
			words = append(words, word)
		}
		for _, word := range strings.Fields(want) {
			assert.Contains(t, words, word, fmt.Sprint(args))
		}
	}
}

func TestHelpNamesTheExitCodes(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"export", "--help"}, {"diff", "--help"}, {"check", "--help"}} {
		stdout, _, err := run(t, nil, args...)
		require.NoError(t, err)
		assert.Contains(t, stdout, "Exit codes: 0 ")
	}
}

func TestPlainHTTPNamesItsVariable(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(12), sim.WithDepartments(4))
	for _, v := range vendors.All() {
		for _, command := range []string{"export", "doctor"} {
			t.Run(v.Name+" "+command, func(t *testing.T) {
				env := variablesOf(t, server, v.Name)
				env[v.BaseURL()] = "http://staff.example.com"
				stdout, stderr, err := runWith(t, env, command, v.Name)
				require.Error(t, err)
				text := stdout + stderr + err.Error()
				assert.Contains(t, text, v.BaseURL()+": plain http would show")
				assert.Contains(t, text, v.PlainHTTP()+"=1 if the network is your own")
				assert.NotContains(t, text, "clients.With")
			})
		}
	}
}
