package wecom_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const csv = "姓名,帐号,手机号,部门\n陈雨晴,chen.yq,13000001111,12\n吴磊,wu.lei,13000002222,12\n"

// jobs is a vendor that runs one batch job, through the given states.
func jobs(t *testing.T, states ...string) *vendor {
	poll := 0
	return serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		switch r.URL.Path {
		case "/media/upload":
			assert.Equal(t, "file", r.URL.Query().Get("type"))
			assert.True(t, strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data; boundary="))
			fmt.Fprint(w, `{"errcode":0,"errmsg":"","type":"file","media_id":"m-1","created_at":"1762150000"}`)
		case "/batch/syncuser", "/batch/replaceuser", "/batch/replaceparty":
			fmt.Fprint(w, `{"errcode":0,"errmsg":"ok","jobid":"j-1"}`)
		case "/batch/getresult":
			fmt.Fprint(w, states[min(poll, len(states)-1)])
			poll++
		}
	})
}

const (
	running = `{"errcode":0,"errmsg":"ok","status":2,"type":"sync_user","total":2,"percentage":50,"result":[{},{}]}`
	done    = `{"errcode":0,"errmsg":"ok","status":3,"type":"sync_user","total":2,"percentage":100,` +
		`"result":[{"userid":"chen.yq","errcode":0,"errmsg":"ok"},{"userid":"wu.lei","errcode":0,"errmsg":"ok"}]}`
	partly = `{"errcode":0,"errmsg":"ok","status":3,"type":"sync_user","total":2,"percentage":100,` +
		`"result":[{"userid":"chen.yq","errcode":0,"errmsg":"ok"},{"userid":"wu.lei","errcode":60104,` +
		`"errmsg":"mobile existed"}]}`
)

func TestSyncUsers(t *testing.T) {
	v := jobs(t, running, running, done)
	var seen []int64
	result, err := v.client(t).SyncUsers(t.Context(), strings.NewReader(csv),
		wecom.BatchOptions{Progress: func(s *wecomapi.GetBatchResultAnswer) { seen = append(seen, s.Percentage) }})
	require.NoError(t, err)
	assert.Equal(t, "j-1", result.JobID)
	assert.EqualValues(t, 2, result.Total)
	assert.Len(t, result.Rows, 2)
	assert.Empty(t, result.Failed())
	assert.Equal(t, []int64{50, 50, 100}, seen)
	assert.Equal(t, []time.Duration{time.Second, 1500 * time.Millisecond}, v.clock.Slept())
	assert.Contains(t, v.bodies[0], csv)
	assert.Contains(t, v.bodies[0], fmt.Sprintf(`name="media"; filename="roster.csv"; filelength=%d`, len(csv)))
	assert.JSONEq(t, `{"media_id":"m-1","to_invite":false}`, v.bodies[1], "nobody is invited unless told so")
}

func TestARowThatFailedIsVisible(t *testing.T) {
	v := jobs(t, partly)
	result, err := v.client(t).SyncUsers(t.Context(), strings.NewReader(csv), wecom.BatchOptions{Invite: true})
	require.NotNil(t, result)
	require.Len(t, result.Failed(), 1)
	var rows *wecom.RowsError
	require.ErrorAs(t, err, &rows)
	assert.EqualError(t, err,
		"wecom: job j-1: 1 of 2 rows failed; wecom: GetBatchResult: conflict (code 60104): wu.lei: mobile existed")
	assert.ErrorIs(t, err, clients.ErrConflict)
	assert.JSONEq(t, `{"media_id":"m-1","to_invite":true}`, v.bodies[1])
}

func TestReplacingDemandsConsent(t *testing.T) {
	v := jobs(t, done)
	c := v.client(t)
	for name, replace := range map[string]func(context.Context, io.Reader, wecom.BatchOptions) (*wecom.BatchResult,
		error){
		"users": c.ReplaceUsers, "departments": c.ReplaceDepartments,
	} {
		t.Run(name, func(t *testing.T) {
			before := len(v.seen())
			_, err := replace(t.Context(), strings.NewReader(csv), wecom.BatchOptions{})
			assert.ErrorIs(t, err, clients.ErrInvalidArgument)
			assert.ErrorContains(t, err, "AllowDeletion")
			assert.Len(t, v.seen(), before)
			result, err := replace(t.Context(), strings.NewReader(csv), wecom.BatchOptions{AllowDeletion: true})
			require.NoError(t, err)
			assert.Equal(t, "j-1", result.JobID)
		})
	}
}

func TestAnotherImportIsRunning(t *testing.T) {
	v := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path == "/media/upload" {
			fmt.Fprint(w, `{"errcode":0,"errmsg":"","type":"file","media_id":"m-1"}`)
			return
		}
		fmt.Fprint(w, `{"errcode":302008,"errmsg":"contacts syncing"}`)
	})
	_, err := v.client(t).SyncUsers(t.Context(), strings.NewReader(csv), wecom.BatchOptions{})
	assert.ErrorIs(t, err, clients.ErrConflict)
	var job *wecom.JobError
	assert.NotErrorAs(t, err, &job, "no job was started")
}

func TestAJobWhoseEndNobodySawCanBeTakenUpAgain(t *testing.T) {
	v := jobs(t, running)
	c := v.client(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := c.SyncUsers(ctx, strings.NewReader(csv),
		wecom.BatchOptions{Progress: func(*wecomapi.GetBatchResultAnswer) { cancel() }})
	var job *wecom.JobError
	require.ErrorAs(t, err, &job)
	assert.Equal(t, "j-1", job.JobID)
	assert.ErrorIs(t, err, context.Canceled)

	v = jobs(t, done)
	result, err := v.client(t).WaitBatch(t.Context(), job.JobID, nil)
	require.NoError(t, err)
	assert.Len(t, result.Rows, 2)
}

func TestPartyJobRows(t *testing.T) {
	v := jobs(t,
		`{"errcode":0,"errmsg":"ok","status":3,"type":"replace_party","total":1,"percentage":100,`+
			`"result":[{"action":1,"partyid":12,"errcode":60008,"errmsg":"exists"}]}`)
	_, err := v.client(t).ReplaceDepartments(t.Context(), strings.NewReader(csv),
		wecom.BatchOptions{AllowDeletion: true})
	assert.ErrorContains(t, err, "department 12: exists")
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("disk on fire") }

func TestAFileThatCannotBeReadOrIsTooLarge(t *testing.T) {
	v := jobs(t, done)
	c := v.client(t)
	_, err := c.SyncUsers(t.Context(), brokenReader{}, wecom.BatchOptions{})
	assert.ErrorContains(t, err, "disk on fire")
	_, err = c.SyncUsers(t.Context(), io.LimitReader(zeros{}, 21<<20), wecom.BatchOptions{})
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	assert.Empty(t, v.seen())
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
