package main

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/roster-go/roster/internal/docs"
	"github.com/roster-go/roster/internal/docs/site"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/sim"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the simulator serves is built here as "make docs" does, but for the part that needs redocly: documents with
// their samples, and the indices.
func TestReferencePages(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "docs")
	builder := docs.Builder{Documents: os.DirFS("../../specs"), Testdata: os.DirFS("../../testdata"), Log: t.Logf}
	require.NoError(t, builder.Build(t.Context(), dir))
	t.Run("name the simulator", func(t *testing.T) { testPagesNameTheSimulator(t, dir) })
	t.Run("name the vendors for reading", func(t *testing.T) { testPagesNameTheVendors(t, dir) })
	t.Run("samples work as pasted", func(t *testing.T) { testSamples(t, dir) })
}

// startSim serves a small company.
func startSim(t *testing.T, dir string) *simServer {
	t.Helper()
	return startSimOf(t, dir, sim.WithPeople(150), sim.WithDepartments(20), sim.WithoutQuotas())
}

func startSimOf(t *testing.T, dir string, options ...sim.Option) *simServer {
	t.Helper()
	served, err := serveSim("127.0.0.1:0", dir, true, append(options, simtest.Checked(t))...)
	require.NoError(t, err)
	t.Cleanup(served.stop)
	return served
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, string(body))
	return string(body)
}

// placeSamples puts each sample of the simulator's pages into a file of its own, so that it can be had with the values
// of a server without the rest of the page. It returns their names by operation.
func placeSamples(t *testing.T, dir, vendor string) map[string]string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(dir, site.Folder, vendor+".yaml"))
	require.NoError(t, err)
	doc, err := openapi3.NewLoader().LoadFromData(page)
	require.NoError(t, err)
	placed := make(map[string]string)
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			samples, _ := op.Extensions["x-codeSamples"].([]any)
			require.Lenf(t, samples, 1, "%s: no call on its page: testdata/%s/%[1]s has no success sample",
				op.OperationID, vendor)
			sample, _ := samples[0].(map[string]any)
			source, _ := sample["source"].(string)
			require.NotEmpty(t, source, op.OperationID)
			placed[op.OperationID] = vendor + "-" + op.OperationID + ".yaml"
			require.NoError(t, os.WriteFile(filepath.Join(dir, site.Folder, placed[op.OperationID]), []byte(source),
				0o600))
		}
	}
	return placed
}

// startDefaultSim starts what "roster sim" without flags does, but on a free port.
func startDefaultSim(t *testing.T, dir string) *simServer {
	t.Helper()
	var f simFlags
	f.register(&cobra.Command{})
	options, err := f.options()
	require.NoError(t, err)
	return startSimOf(t, dir, options...)
}

// Every sample of the pages, pasted into a shell as it stands, is a call that the simulator grants as it comes: with
// quotas, a whole company, and one sample after another in whatever order. A sample that a fresh simulator refuses
// says so, and so does one after which others fail: the reader resets the simulator then, and so does the test.
func testSamples(t *testing.T, dir string) {
	for _, tool := range []string{"bash", "curl", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
	var files []string
	for _, vendor := range vendors.Names() {
		files = append(files, slices.Sorted(maps.Values(placeSamples(t, dir, vendor)))...)
	}
	for direction, files := range map[string][]string{"forth": files, "back": backward(files)} {
		t.Run(direction, func(t *testing.T) {
			t.Parallel()
			server := startDefaultSim(t, dir)
			require.Len(t, server.Simulator().Organisation().People(), 2000)
			for _, file := range files {
				t.Run(strings.TrimSuffix(file, ".yaml"), func(t *testing.T) {
					sample := fetch(t, server.url+"/docs/"+file)
					testSample(t, sample)
					if strings.HasPrefix(file, sim.VendorWPS) { // 10 tokens a second: a reader is not that fast
						order(t, server, "clock", `{"advance":"1s"}`)
					}
					if strings.Contains(sample, "POST /_sim/reset") {
						order(t, server, "reset", "")
					}
				})
			}
		})
	}
}

func backward(files []string) []string {
	files = slices.Clone(files)
	slices.Reverse(files)
	return files
}

// order gives the simulator an order over HTTP.
func order(t *testing.T, server *simServer, what, body string) {
	t.Helper()
	response, err := http.Post(server.url+sim.ControlPrefix+what, "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
}

func testSample(t *testing.T, sample string) {
	t.Helper()
	shell := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", sample)
	shell.Env = []string{"PATH=" + os.Getenv("PATH"), "NO_PROXY=127.0.0.1"}
	out, err := shell.CombinedOutput()
	require.NoError(t, err, "%s\n%s", sample, out)
	var answer struct {
		ErrCode json.RawMessage `json:"errcode"`
		Code    json.RawMessage `json:"code"`
	}
	require.NoError(t, json.Unmarshal(out, &answer), "%s\n%s", sample, out)
	code := strings.Trim(string(answer.ErrCode)+string(answer.Code), `"`)
	if why, ok := strings.CutPrefix(sample, "# A fresh simulator refuses this: "); ok {
		why, _, _ = strings.Cut(why, "\n")
		assert.Contains(t, why, "("+code+")", "%s\n%s", sample, out)
		return
	}
	assert.Contains(t, []string{"", "0", "ok"}, code, "%s\n%s", sample, out)
}

func testPagesNameTheSimulator(t *testing.T, dir string) {
	server := startSim(t, dir)
	page := fetch(t, server.url+"/docs/wecom.yaml")
	assert.Contains(t, page, server.url+"/wecom/cgi-bin/user/get")
	assert.Contains(t, page, "- url: "+server.url+"/wecom/cgi-bin\n")
	assert.NotContains(t, page, "https://qyapi.weixin.qq.com/cgi-bin")
	assert.NotContains(t, page, "ROSTER__")
	assert.NotContains(t, page, "no-wecom", "a value that was not found")

	request, err := http.NewRequest(http.MethodGet, server.url+"/docs/wecom.yaml", nil)
	require.NoError(t, err)
	request.Host = "roster.example.org:8443" // a forwarded port
	resp, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Contains(t, string(text), "http://roster.example.org:8443/wecom/cgi-bin/user/get")

	assert.Contains(t, fetch(t, server.url+"/docs/"), server.url+"/feishu/open-apis")
}

func testPagesNameTheVendors(t *testing.T, dir string) {
	for _, vendor := range vendors.Names() {
		built, err := os.ReadFile(filepath.Join(dir, vendor+".yaml"))
		require.NoError(t, err)
		source, err := os.ReadFile("../../specs/" + vendor + ".yaml")
		require.NoError(t, err)
		assert.Equal(t, string(source), string(built))
	}
	index, err := os.ReadFile(filepath.Join(dir, "index.html"))
	require.NoError(t, err)
	assert.Contains(t, string(index), "https://qyapi.weixin.qq.com/cgi-bin")
	assert.NotContains(t, string(index), "ROSTER__")
}

// What is not a page is the simulator's business, as without pages.
func TestTheSimulatorIsBesideThePages(t *testing.T) {
	server := startSim(t, "")
	resp, err := http.Get(server.url + "/docsx")
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Contains(t, string(body), "The simulator serves these paths")

	for _, path := range []string{"/docs/", "/docs/wecom.html"} {
		resp, err = http.Get(server.url + path)
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err = io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.Equal(t, http.StatusNotFound, resp.StatusCode)
		assert.Contains(t, string(body), "make docs")
	}
}

func TestSimSaysWhereThePagesAre(t *testing.T) {
	var out strings.Builder
	server := startSim(t, "")
	describe(&out, server, true)
	assert.Contains(t, out.String(), server.url+"/docs/")
	out.Reset()
	describe(&out, server, false)
	assert.NotContains(t, out.String(), "/docs")
}
