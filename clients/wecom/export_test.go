package wecom_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exporter is a vendor that exports files of a test's choice.
type exporter struct {
	t     *testing.T
	url   string
	clock *clienttest.Clock
	plain []string                                       // the files in the clear
	spoil func(state map[string]any, files []storedFile) // the last word on both
	serve func(w http.ResponseWriter, r *http.Request, n int) bool

	mu    sync.Mutex
	key   []byte
	block int64
	files []storedFile
	polls int
	asked []*http.Request // for files
}

type storedFile struct {
	data []byte
	meta map[string]any
}

func newExporter(t *testing.T, plain ...string) (*exporter, *wecom.Client) {
	t.Helper()
	e := &exporter{t: t, plain: plain, clock: clienttest.NewClock()}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	e.url = server.URL
	return e, newClient(t, server.URL, clients.WithClock(e.clock), clients.WithMaxResponseBytes(1<<20))
}

func (e *exporter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case answerToken(w, r):
	case r.URL.Path == "/export/get_result":
		e.polls++
		e.result(w)
	case strings.HasPrefix(r.URL.Path, "/export/"):
		var body struct {
			Key   string `json:"encoding_aeskey"`
			Block int64  `json:"block_size"`
		}
		assert.NoError(e.t, json.NewDecoder(r.Body).Decode(&body))
		assert.Regexp(e.t, `^[0-9A-Za-z]{43}$`, body.Key)
		key, err := base64.StdEncoding.DecodeString(body.Key + "=")
		assert.NoError(e.t, err)
		e.key, e.block, e.files, e.polls = key, body.Block, nil, 0
		for i, plain := range e.plain {
			e.files = append(e.files, e.file(i, plain))
		}
		fmt.Fprint(w, `{"errcode":0,"errmsg":"ok","jobid":"job1"}`)
	default:
		e.asked = append(e.asked, r)
		if e.serve != nil && e.serve(w, r, len(e.asked)) {
			return
		}
		n, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/files/"))
		_, _ = w.Write(e.files[n].data)
	}
}

// result says that the job has not begun, that it runs, that it is done.
func (e *exporter) result(w http.ResponseWriter) {
	state := map[string]any{"errcode": 0, "errmsg": "ok", "status": min(e.polls-1, 2)}
	list := []map[string]any{}
	for _, file := range e.files {
		list = append(list, file.meta)
	}
	if e.polls > 2 {
		state["data_list"] = list
		if e.spoil != nil {
			e.spoil(state, e.files)
		}
	}
	assert.NoError(e.t, json.NewEncoder(w).Encode(state))
}

// file encrypts a file by the vendor's page, independently of what the client does.
func (e *exporter) file(n int, plain string) storedFile {
	pad := 32 - len(plain)%32
	data := append([]byte(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	block, err := aes.NewCipher(e.key)
	assert.NoError(e.t, err)
	cipher.NewCBCEncrypter(block, e.key[:16]).CryptBlocks(data, data)
	return storedFile{data: data, meta: e.meta(n, data)}
}

func (e *exporter) meta(n int, data []byte) map[string]any {
	sum := md5.Sum(data)
	return map[string]any{"url": fmt.Sprintf("%s/files/%d?sign=planted-signature", e.url, n), "size": len(data),
		"md5": strings.ToUpper(hex.EncodeToString(sum[:]))}
}

func memberFile(ids ...string) string {
	rows := make([]string, len(ids))
	for i, id := range ids {
		rows[i] = fmt.Sprintf(`{"userid":%q,"name":"陈","department":[1]}`, id)
	}
	return `{"userlist":[` + strings.Join(rows, ",") + `]}`
}

func TestExportIsOneCall(t *testing.T) {
	// 36 bytes in the last one: a whole block of padding would follow 32.
	e, c := newExporter(t, memberFile("a", "b"), memberFile("B", "c"), `{"userlist":null}`)
	var states []int64
	var ids []string
	for m, err := range c.ExportUsers(t.Context(), wecom.ExportOptions{
		Progress: func(a *wecomapi.GetExportResultAnswer) { states = append(states, int64(a.Status)) }}) {
		require.NoError(t, err)
		ids = append(ids, m.UserID)
	}
	assert.Equal(t, []string{"a", "b", "c"}, ids, "whoever is in two files comes once")
	assert.Equal(t, []int64{0, 1, 2}, states)
	assert.Equal(t, []time.Duration{time.Second, 1500 * time.Millisecond}, e.clock.Slept())
	assert.EqualValues(t, 10_000, e.block)
	require.Len(t, e.asked, 3)
	for _, r := range e.asked {
		assert.Equal(t, "sign=planted-signature", r.URL.RawQuery, "no token goes along")
		assert.Empty(t, r.Header.Get("Authorization"))
		assert.Equal(t, "identity", r.Header.Get("Accept-Encoding"))
	}

	first := e.key
	again, err := clients.Collect(c.ExportUsers(t.Context(), wecom.ExportOptions{BlockSize: 50_000}))
	require.NoError(t, err)
	assert.Len(t, again, 3)
	assert.NotEqual(t, first, e.key, "a key is for one job")
	assert.EqualValues(t, 50_000, e.block)
}

func TestExportsOfTheOtherKinds(t *testing.T) {
	_, c := newExporter(t, `{"department":[{"id":1,"name":"公司","parentid":0,"order":1},`+
		`{"id":4294967290,"parentid":1}]}`)
	departments, err := clients.Collect(c.ExportDepartments(t.Context(), wecom.ExportOptions{}))
	require.NoError(t, err)
	require.Len(t, departments, 2)
	assert.EqualValues(t, 4294967290, departments[1].ID)

	_, c = newExporter(t, memberFile("a"))
	names, err := clients.Collect(c.ExportUserNames(t.Context(), wecom.ExportOptions{}))
	require.NoError(t, err)
	assert.Equal(t, []wecomapi.SimpleMember{{UserID: "a", Name: "陈", Department: []int64{1}}}, names)

	_, c = newExporter(t, `{"tagname":"t","userlist":[{"userid":"a","name":"A"}],"partylist":[12]}`,
		`{"tagname":"t","userlist":[],"partylist":[13,12]}`)
	entries, err := clients.Collect(c.ExportTag(t.Context(), 3, wecom.ExportOptions{}))
	require.NoError(t, err)
	assert.Equal(t, []wecom.TagEntry{{Member: &wecomapi.TagMember{UserID: "a", Name: "A"}}, {Department: 12},
		{Department: 13}}, entries)

	_, c = newExporter(t)
	nobody, err := clients.Collect(c.ExportUsers(t.Context(), wecom.ExportOptions{}))
	require.NoError(t, err)
	assert.Empty(t, nobody)
}

// Nothing of a damaged export passes for one, and nothing of the address or the key is in an error.
func TestAnExportThatIsNotWhole(t *testing.T) {
	list := func(state map[string]any) []map[string]any { return state["data_list"].([]map[string]any) }
	reseal := func(e *exporter, files []storedFile, data []byte) {
		files[1].data = data
		for name, value := range e.meta(1, data) {
			files[1].meta[name] = value
		}
	}
	for name, tc := range map[string]struct {
		plain string // of the second file
		spoil func(e *exporter, state map[string]any, files []storedFile)
		is    error
		says  string
	}{
		"the job failed": {spoil: func(_ *exporter, state map[string]any, _ []storedFile) {
			state["status"] = 3
		}, is: wecom.ErrExportFailed},
		"no list of files": {spoil: func(_ *exporter, state map[string]any, _ []storedFile) {
			delete(state, "data_list")
		}, is: clients.ErrBadResponse, says: "no list of its files"},
		"another checksum": {spoil: func(_ *exporter, _ map[string]any, files []storedFile) { files[1].data[5] ^= 1 },
			is:   clients.ErrBadResponse,
			says: "file 2: wecom: GetExportResult: bad response: the file has another checksum"},
		"no checksum": {spoil: func(_ *exporter, state map[string]any, _ []storedFile) {
			delete(list(state)[1], "md5")
		}, is: clients.ErrBadResponse, says: "checksum"},
		"no length": {spoil: func(_ *exporter, state map[string]any, _ []storedFile) {
			delete(list(state)[1], "size")
		}, is: clients.ErrBadResponse, says: "how long"},
		"longer than announced": {spoil: func(_ *exporter, state map[string]any, _ []storedFile) {
			list(state)[1]["size"] = 32
		}, is: clients.ErrBadResponse, says: "longer than the vendor said"},
		"shorter than announced": {spoil: func(_ *exporter, state map[string]any, _ []storedFile) {
			list(state)[1]["size"] = 320
		}, is: clients.ErrBadResponse, says: "shorter than the vendor said"},
		"larger than the client reads": {
			spoil: func(_ *exporter, state map[string]any, _ []storedFile) { list(state)[1]["size"] = 1<<20 + 1 },
			is:    clients.ErrBadResponse, says: "WithMaxResponseBytes"},
		"not encrypted": {spoil: func(e *exporter, _ map[string]any, files []storedFile) {
			reseal(e, files, []byte(`{"userlist":[]}`))
		}, is: clients.ErrBadResponse, says: "no multiple of 16"},
		"encrypted otherwise": {spoil: func(e *exporter, _ map[string]any, files []storedFile) {
			reseal(e, files, bytes.Repeat([]byte{7}, 64))
		}, is: clients.ErrBadResponse, says: "not encrypted with the key"},
		"empty": {spoil: func(e *exporter, _ map[string]any, files []storedFile) { reseal(e, files, nil) },
			is: clients.ErrBadResponse, says: "no multiple of 16"},
		"no list":          {plain: `{"department":[]}`, is: clients.ErrBadResponse, says: "holds no userlist"},
		"no JSON":          {plain: `<html>`, is: clients.ErrBadResponse, says: "no JSON object"},
		"rows of a kind":   {plain: `{"userlist":[1]}`, is: clients.ErrBadResponse, says: "rows"},
		"rows without ids": {plain: `{"userlist":[{"name":"x"}]}`, is: clients.ErrBadResponse, says: "no id"},
		"plain http": {spoil: func(_ *exporter, state map[string]any, _ []storedFile) {
			list(state)[1]["url"] = "http://files.wecom.example/1?sign=planted-signature"
		}, is: clients.ErrBadResponse, says: "plain http"},
		"an address with a password": {spoil: func(_ *exporter, state map[string]any, _ []storedFile) {
			list(state)[1]["url"] = "https://u:planted-signature@files.wecom.example/1"
		}, is: clients.ErrBadResponse},
		"no address": {spoil: func(_ *exporter, state map[string]any, _ []storedFile) {
			list(state)[1]["url"] = "file:///etc/x"
		}, is: clients.ErrBadResponse},
	} {
		t.Run(name, func(t *testing.T) {
			second := tc.plain
			if second == "" {
				second = memberFile("c")
			}
			e, c := newExporter(t, memberFile("a", "b"), second)
			if tc.spoil != nil {
				e.spoil = func(state map[string]any, files []storedFile) { tc.spoil(e, state, files) }
			}
			got, err := clients.Collect(c.ExportUsers(t.Context(), wecom.ExportOptions{}))
			assert.Empty(t, got)
			require.ErrorIs(t, err, tc.is)
			var page *clients.PageError
			require.ErrorAs(t, err, &page)
			assert.ErrorContains(t, err, tc.says)
			if name != "rows without ids" {
				var failed *wecom.ExportError
				require.ErrorAs(t, err, &failed)
				assert.Equal(t, "job1", failed.JobID)
			}
			assert.NotContains(t, err.Error(), "planted-signature")
			assert.NotContains(t, err.Error(), base64.StdEncoding.EncodeToString(e.key)[:20])
		})
	}
}

func TestFilesOfAnExport(t *testing.T) {
	answers := map[string]func(w http.ResponseWriter, r *http.Request, n int) bool{
		"out of order for a while": func(w http.ResponseWriter, _ *http.Request, n int) bool {
			if n < 3 {
				http.Error(w, "busy", http.StatusServiceUnavailable)
			}
			return n < 3
		},
		"broken off once": func(_ http.ResponseWriter, _ *http.Request, n int) bool {
			if n == 1 {
				panic(http.ErrAbortHandler)
			}
			return false
		},
	}
	for name, serve := range answers {
		e, c := newExporter(t, memberFile("a"))
		e.serve = serve
		got, err := clients.Collect(c.ExportUsers(t.Context(), wecom.ExportOptions{}))
		require.NoError(t, err, name)
		assert.Len(t, got, 1)
	}
	for name, tc := range map[string]struct {
		serve func(w http.ResponseWriter, r *http.Request, n int) bool
		is    error
		asked int
	}{
		"expired": {func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			http.Error(w, "<Code>AccessDenied</Code>", http.StatusForbidden)
			return true
		}, clients.ErrBadResponse, 1},
		"moved": {func(w http.ResponseWriter, r *http.Request, _ int) bool {
			http.Redirect(w, r, "/files/0?elsewhere", http.StatusFound)
			return true
		}, clients.ErrBadResponse, 1},
		"out of order": {func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			w.WriteHeader(http.StatusBadGateway)
			return true
		}, clients.ErrUnavailable, 4},
	} {
		e, c := newExporter(t, memberFile("a"))
		e.serve = tc.serve
		_, err := clients.Collect(c.ExportUsers(t.Context(), wecom.ExportOptions{}))
		require.ErrorIs(t, err, tc.is, name)
		assert.NotContains(t, err.Error(), "planted-signature")
		assert.Len(t, e.asked, tc.asked, name)
	}
}

func TestAnExportEndsWithItsContext(t *testing.T) {
	_, c := newExporter(t, memberFile("a"))
	ctx, cancel := context.WithCancel(t.Context())
	_, err := clients.Collect(c.ExportUsers(ctx, wecom.ExportOptions{
		Progress: func(*wecomapi.GetExportResultAnswer) { cancel() }}))
	require.ErrorIs(t, err, context.Canceled)
	var failed *wecom.ExportError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, "job1", failed.JobID)
}

// The whole corp in one job is the whole corp.
func TestExportsAgainstTheSimulator(t *testing.T) {
	c, server, _ := simulated(t)
	org := server.Organisation()
	want := map[string]bool{}
	for _, p := range org.People() {
		want[p.UserID] = true
	}
	users, err := clients.Collect(c.ExportUsers(t.Context(), wecom.ExportOptions{}))
	require.NoError(t, err)
	got := map[string]bool{}
	for _, u := range users {
		got[u.UserID] = true
	}
	assert.Equal(t, want, got)
	listed, err := clients.Collect(c.Users(t.Context()))
	require.NoError(t, err)
	assert.ElementsMatch(t, listed, users, "and no field is another one")

	departments, err := clients.Collect(c.ExportDepartments(t.Context(), wecom.ExportOptions{}))
	require.NoError(t, err)
	assert.Len(t, departments, len(org.Departments()))
	tags, err := clients.Collect(c.Tags(t.Context()))
	require.NoError(t, err)
	groups := org.Groups(sim.Tag)
	require.Len(t, tags, len(groups))
	for i, g := range groups {
		assert.Equal(t, g.Name, tags[i].TagName)
		entries, err := clients.Collect(c.ExportTag(t.Context(), int64(tags[i].TagID), wecom.ExportOptions{}))
		require.NoError(t, err)
		assert.Len(t, entries, len(g.People)+len(g.Departments))
	}
}

// The contact sync alone can export tags, and nothing else.
func TestExportsByTheContactSync(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(60), sim.WithDepartments(8))
	demo := server.Credentials().WeCom
	c, err := wecom.New(wecom.Config{CorpID: demo.CorpID, ContactSecret: clients.Secret(demo.ContactSecret)},
		clients.WithBaseURL(server.WeComURL()), clients.WithClock(clienttest.NewClock()))
	require.NoError(t, err)
	_, err = clients.Collect(c.ExportTag(t.Context(), 1, wecom.ExportOptions{}))
	require.NoError(t, err)
	_, err = clients.Collect(c.ExportUsers(t.Context(), wecom.ExportOptions{}))
	require.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.ErrorContains(t, err, "Config.AppSecret")
	_, err = clients.Collect(c.ExportTag(t.Context(), 999, wecom.ExportOptions{}))
	require.ErrorIs(t, err, clients.ErrNotFound)
}
