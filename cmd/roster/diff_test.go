package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/directory"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// saved writes a snapshot to a file.
func saved(t *testing.T, s *directory.Snapshot) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "staff.jsonl")
	var b bytes.Buffer
	require.NoError(t, s.Write(&b))
	require.NoError(t, os.WriteFile(file, b.Bytes(), 0o600))
	return file
}

func TestDiff(t *testing.T) {
	old, now := company(), company()
	old.Header.Time, now.Header.Time = time.Unix(1, 0), time.Unix(2, 0)
	same := saved(t, old)
	stdout, stderr, err := run(t, nil, "diff", same, saved(t, now))
	require.NoError(t, err)
	assert.Empty(t, stdout+stderr)

	now.Users[0].Title = "chief\n\x1b[2J<&>"
	now.Users[2].Departments[0].DepartmentID = "d1"
	now.Departments[1].Name = "研发"
	now.Users = append(now.Users, directory.User{ID: "u4", UserName: "u4", DisplayName: "新\x1b[2J人"})
	changed := saved(t, now)
	stdout, _, err = run(t, nil, "diff", same, changed)
	require.EqualError(t, err, "4 changes: 1 added, 2 changed, 1 moved")
	assert.Equal(t, exitChanges, exitCode(err))
	assert.Equal(t, `changed    department d1  研发
           displayName: "研发/测试;一" -> "研发"
changed    user u1  =1+1
           title: "-" -> "chief\n\u001b[2J<&>"
moved      user u3  `+`
           departments: [{"value":"d2"}] -> [{"value":"d1"}]
added      user u4  "新\x1b[2J人"
`, stdout)

	stdout, _, err = run(t, nil, "diff", "--format", "jsonl", same, changed)
	assert.Equal(t, exitChanges, exitCode(err))
	var kinds []directory.ChangeKind
	for line := range strings.Lines(stdout) {
		var c directory.Change
		require.NoError(t, json.Unmarshal([]byte(line), &c))
		kinds = append(kinds, c.Kind)
	}
	assert.Equal(t, []directory.ChangeKind{directory.Changed, directory.Changed, directory.Moved, directory.Added},
		kinds)
}

func TestDiffReadsStandardInput(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, company().Write(&b))
	root := newRoot()
	root.SetIn(&b)
	root.SetArgs([]string{"diff", "-", saved(t, company())})
	require.NoError(t, root.ExecuteContext(t.Context()))
}

func TestDiffRefuses(t *testing.T) {
	other, fewer := company(), company()
	other.Header.Vendor = "feishu"
	fewer.Users = fewer.Users[:2]
	good := saved(t, company())
	data, err := os.ReadFile(good)
	require.NoError(t, err)
	short := filepath.Join(t.TempDir(), "short.jsonl")
	require.NoError(t, os.WriteFile(short, data[:len(data)-20], 0o600))
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"one file":       {[]string{good}, "name two files"},
		"no such file":   {[]string{good, good + "x"}, "no such file"},
		"cut short":      {[]string{good, short}, short + ": directory: not a whole snapshot"},
		"another vendor": {[]string{good, saved(t, other)}, "(--allow-other compares them all the same)"},
		"too many left":  {[]string{good, saved(t, fewer)}, "(--max-leavers allows more)"},
		"odd format":     {[]string{good, good, "--format", "csv"}, "want text or jsonl"},
		"odd share":      {[]string{good, good, "--max-leavers", "10"}, "want a share above 0 and up to 1"},
		"no number":      {[]string{good, good, "--max-leavers", "NaN"}, "want a share above 0 and up to 1"},
		"odd flag":       {[]string{good, good, "--colour"}, "unknown flag"},
		"two inputs":     {[]string{"-", "-"}, "one of the two"},
	} {
		t.Run(name, func(t *testing.T) {
			stdout, _, err := run(t, nil, append([]string{"diff"}, tc.args...)...)
			require.ErrorContains(t, err, tc.want)
			assert.Equal(t, exitRefused, exitCode(err))
			assert.Empty(t, stdout)
		})
	}
	_, _, err = run(t, nil, "diff", good, saved(t, fewer), "--max-leavers", "0.5")
	require.EqualError(t, err, "1 changes: 1 left")
	_, _, err = run(t, nil, "diff", good, saved(t, other), "--allow-other")
	require.NoError(t, err)
}
