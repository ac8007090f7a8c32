package sim

import (
	"context"
	"fmt"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/wecomserver"
	"github.com/roster-go/roster/wire"
)

// weComJob is one import. It moves on when it is asked for: started, running, done. The rows take effect when it is done.
type weComJob struct {
	id     string
	kind   wecomserver.GetBatchResultAnswerType
	total  int
	status int64 // as in the answer; 0 until it is asked for the first time
	run    func(d *directory) []wecomserver.BatchResultRow
	rows   []wecomserver.BatchResultRow
	purged bool
}

// weComKeptResults is how many results of finished jobs are kept.
const weComKeptResults = 5

// weComImport is what the three imports have in common.
type weComImport struct {
	kind     wecomserver.GetBatchResultAnswerType
	mediaID  string
	callback *wecomserver.JobCallbackInput
	// prepare reads the file, refuses it as a whole or says how many rows it has and what is to be done.
	prepare func(d *directory, data []byte) (total int, run func(*directory) []wecomserver.BatchResultRow, err error)
}

// start begins an import and returns the job's id.
func (w *weCom) start(c *call, imp weComImport) (string, error) {
	if imp.mediaID == "" {
		return "", weComError{code: wecomapi.ErrorCodeMediaIDMissing}
	}
	media, err := w.mediaFile(c, imp.mediaID)
	if err != nil {
		return "", err
	}
	if cb := imp.callback; cb != nil && (cb.URL == "" || cb.Token == "" || len(cb.EncodingAESKey) != 43) {
		return "", weComError{code: wecomapi.ErrorCodeInvalidArgs}
	}
	w.jobsMu.Lock()
	defer w.jobsMu.Unlock()
	for _, job := range w.jobs {
		if job.status < 3 {
			return "", weComError{code: wecomapi.ErrorCodeImportRunning}
		}
	}
	job := &weComJob{id: deriveText(w.sim.config.seed, "wecom job", w.next(), base62Digits, 43), kind: imp.kind}
	w.sim.org.view(func(d *directory) {
		job.total, job.run, err = imp.prepare(d, media.data)
	})
	if err != nil {
		return "", err
	}
	w.jobs = append(w.jobs, job)
	return job.id, nil
}

// GetBatchResult tells how far a job is, and moves it on.
func (w *weCom) GetBatchResult(_ context.Context, r wecomserver.GetBatchResultRequestObject) (wecomserver.GetBatchResultResponseObject, error) {
	w.jobsMu.Lock()
	defer w.jobsMu.Unlock()
	job := w.job(r.Params.JobID)
	switch {
	case r.Params.JobID == "":
		return nil, weComError{code: wecomapi.ErrorCodeEmptyParameter}
	case job == nil:
		return nil, weComError{code: wecomapi.ErrorCodeJobNotFound}
	case job.purged:
		return nil, weComError{code: wecomapi.ErrorCodeJobResultPurged}
	}
	if job.status < 3 {
		job.status++
		if job.status == 3 {
			err := w.sim.org.change(func(d *directory) error {
				job.rows = job.run(d)
				return nil
			})
			if err != nil {
				return nil, err
			}
			w.purge()
		}
	}
	out := wecomserver.GetBatchResult200JSONResponse{
		Status: new(wecomserver.GetBatchResultAnswerStatus(job.status)), Type: &job.kind,
		Total: new(int64(job.total)), Percentage: new([]int64{0, 0, 50, 100}[job.status]),
	}
	switch job.status {
	case 2: // seen on the vendor's own page: as many empty objects as there are rows
		out.Result = new(make([]wecomserver.BatchResultRow, job.total))
	case 3:
		out.Result = &job.rows
	}
	return out, nil
}

// job returns the job with an id, nil if there never was one.
func (w *weCom) job(id string) *weComJob {
	for _, job := range w.jobs {
		if job.id == id {
			return job
		}
	}
	return nil
}

// purge forgets the results of all but the last jobs.
func (w *weCom) purge() {
	for i, job := range w.jobs {
		if i < len(w.jobs)-weComKeptResults {
			job.purged, job.rows, job.run = true, nil, nil
		}
	}
}

// rowOutcome writes the outcome of one row.
func (w *weCom) rowOutcome(err error) (*wire.Int, *string) {
	if err == nil {
		return new(wire.Int(0)), new("ok")
	}
	e := asWeComError(err)
	return new(wire.Int(e.code)), new(w.text(e.code))
}

// SyncBatchUser imports members: those of the file are updated or created, the others stay.
func (w *weCom) SyncBatchUser(ctx context.Context, r wecomserver.SyncBatchUserRequestObject) (wecomserver.SyncBatchUserResponseObject, error) {
	c := callOf(ctx)
	invites := r.Body.ToInvite == nil || *r.Body.ToInvite
	id, err := w.start(c, weComImport{
		kind: "sync_user", mediaID: r.Body.MediaID, callback: r.Body.Callback,
		prepare: func(_ *directory, data []byte) (int, func(*directory) []wecomserver.BatchResultRow, error) {
			rows, err := readMemberFile(data)
			run := func(d *directory) []wecomserver.BatchResultRow { return w.importMembers(d, c, rows, invites) }
			return len(rows), run, err
		},
	})
	return wecomserver.SyncBatchUser200JSONResponse{JobID: &id}, err
}

// ReplaceBatchUser imports members and deletes those who are not in the file.
func (w *weCom) ReplaceBatchUser(ctx context.Context, r wecomserver.ReplaceBatchUserRequestObject) (wecomserver.ReplaceBatchUserResponseObject, error) {
	c := callOf(ctx)
	invites := r.Body.ToInvite == nil || *r.Body.ToInvite
	id, err := w.start(c, weComImport{
		kind: "replace_user", mediaID: r.Body.MediaID, callback: r.Body.Callback,
		prepare: func(d *directory, data []byte) (int, func(*directory) []wecomserver.BatchResultRow, error) {
			rows, err := readMemberFile(data)
			if err != nil {
				return 0, nil, err
			}
			if massDelete(len(absentFrom(d, rows)), len(d.people)) {
				return 0, nil, weComError{code: wecomapi.ErrorCodeMassDeleteRefused}
			}
			run := func(d *directory) []wecomserver.BatchResultRow {
				for _, p := range absentFrom(d, rows) {
					if err := d.removePerson(p.Key, c.now); err != nil {
						return []wecomserver.BatchResultRow{{UserID: &p.UserID, ErrMsg: new(fmt.Sprint(err))}}
					}
				}
				return w.importMembers(d, c, rows, invites)
			}
			return len(rows), run, nil
		},
	})
	return wecomserver.ReplaceBatchUser200JSONResponse{JobID: &id}, err
}

// massDelete tells whether a replacement would delete so many that it is refused.
func massDelete(leaving, all int) bool {
	return leaving > 50 && leaving*100 > all*20 || leaving < 50 && leaving*100 > all*80
}

// absentFrom returns the people who are not in a file, the corp's creator aside, who cannot be deleted.
func absentFrom(d *directory, rows []weComRow) []*Person {
	listed := make(map[string]bool)
	for _, row := range rows {
		listed[ByUserID.fold(row.userID)] = true
	}
	var out []*Person
	for _, p := range d.allPeople() {
		if !listed[ByUserID.fold(p.UserID)] && !p.Founder {
			out = append(out, p)
		}
	}
	return out
}

// importMembers creates or updates the members of a file.
func (w *weCom) importMembers(d *directory, c *call, rows []weComRow, invites bool) []wecomserver.BatchResultRow {
	out := make([]wecomserver.BatchResultRow, 0, len(rows))
	for _, row := range rows {
		var err error
		if d.findPerson(ByUserID, row.userID) != nil {
			err = w.updateMember(d, c, row.userID, row.change)
		} else if _, err = w.createMember(d, c, row.userID, row.change); err == nil && invites {
			w.invite(c, row.userID)
		}
		code, text := w.rowOutcome(err)
		out = append(out, wecomserver.BatchResultRow{UserID: &row.userID, ErrCode: code, ErrMsg: text})
	}
	return out
}

// ReplaceBatchParty imports the tree of departments. Those that are not in the file are deleted if they are empty.
func (w *weCom) ReplaceBatchParty(ctx context.Context, r wecomserver.ReplaceBatchPartyRequestObject) (wecomserver.ReplaceBatchPartyResponseObject, error) {
	c := callOf(ctx)
	id, err := w.start(c, weComImport{
		kind: "replace_party", mediaID: r.Body.MediaID, callback: r.Body.Callback,
		prepare: func(_ *directory, data []byte) (int, func(*directory) []wecomserver.BatchResultRow, error) {
			rows, err := readPartyFile(data)
			run := func(d *directory) []wecomserver.BatchResultRow { return w.importParties(d, c, rows) }
			return len(rows), run, err
		},
	})
	return wecomserver.ReplaceBatchParty200JSONResponse{JobID: &id}, err
}
