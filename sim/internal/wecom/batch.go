package wecom

import (
	"context"
	"fmt"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
	"github.com/roster-go/roster/wire"
)

// batchJob is one import. It moves on when it is asked for: started, running, done. The rows take effect when it is
// done.
type batchJob struct {
	id     string
	kind   wecomserver.GetBatchResultAnswerType
	total  int
	status int64 // as in the answer; 0 until it is asked for the first time
	run    func(d *company.Directory) []wecomserver.BatchResultRow
	rows   []wecomserver.BatchResultRow
	purged bool
}

// keptResults is how many results of finished jobs are kept.
const keptResults = 5

// importTask is what the three imports have in common.
type importTask struct {
	kind     wecomserver.GetBatchResultAnswerType
	mediaID  string
	callback *wecomserver.JobCallbackInput
	// prepare reads the file, refuses it as a whole or says how many rows it has and what is to be done.
	prepare func(d *company.Directory, data []byte) (total int,
		run func(*company.Directory) []wecomserver.BatchResultRow, err error)
}

// start begins an import and returns the job's id.
func (w *Vendor) start(c *desk.Call, imp importTask) (string, error) {
	if imp.mediaID == "" {
		return "", refusal{code: wecomapi.ErrorCodeMediaIDMissing}
	}
	media, err := w.mediaFile(c, imp.mediaID)
	if err != nil {
		return "", err
	}
	if cb := imp.callback; cb != nil && (cb.URL == "" || cb.Token == "" || len(cb.EncodingAESKey) != 43) {
		return "", refusal{code: wecomapi.ErrorCodeInvalidArgs}
	}
	w.jobsMu.Lock()
	defer w.jobsMu.Unlock()
	for _, job := range w.jobs {
		if job.status < 3 {
			return "", refusal{code: wecomapi.ErrorCodeImportRunning}
		}
	}
	job := &batchJob{id: company.DeriveText(w.desk.Seed, "wecom job", w.next(), company.Base62Digits, 43),
		kind: imp.kind}
	company.View(w.desk.Company, func(d *company.Directory) {
		job.total, job.run, err = imp.prepare(d, media.data)
	})
	if err != nil {
		return "", err
	}
	w.jobs = append(w.jobs, job)
	return job.id, nil
}

// GetBatchResult tells how far a job is, and moves it on.
func (w *Vendor) GetBatchResult(_ context.Context,
	r wecomserver.GetBatchResultRequestObject) (wecomserver.GetBatchResultResponseObject, error) {
	w.jobsMu.Lock()
	defer w.jobsMu.Unlock()
	job := w.job(r.Params.JobID)
	switch {
	case r.Params.JobID == "":
		return nil, refusal{code: wecomapi.ErrorCodeEmptyParameter}
	case job == nil:
		return nil, refusal{code: wecomapi.ErrorCodeJobNotFound}
	case job.purged:
		return nil, refusal{code: wecomapi.ErrorCodeJobResultPurged}
	}
	if job.status < 3 {
		job.status++
		if job.status == 3 {
			err := company.Change(w.desk.Company, func(d *company.Directory) error {
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
func (w *Vendor) job(id string) *batchJob {
	for _, job := range w.jobs {
		if job.id == id {
			return job
		}
	}
	return nil
}

// purge forgets the results of all but the last jobs.
func (w *Vendor) purge() {
	for i, job := range w.jobs {
		if i < len(w.jobs)-keptResults {
			job.purged, job.rows, job.run = true, nil, nil
		}
	}
}

// rowOutcome writes the outcome of one row.
func (w *Vendor) rowOutcome(err error) (*wire.Int, *string) {
	if err == nil {
		return new(wire.Int(0)), new("ok")
	}
	e := asRefusal(err)
	return new(wire.Int(e.code)), new(w.text(e.code))
}

// SyncBatchUser imports members: those of the file are updated or created, the others stay.
func (w *Vendor) SyncBatchUser(ctx context.Context,
	r wecomserver.SyncBatchUserRequestObject) (wecomserver.SyncBatchUserResponseObject, error) {
	c := desk.CallOf(ctx)
	invites := r.Body.ToInvite == nil || *r.Body.ToInvite
	id, err := w.start(c, importTask{
		kind: "sync_user", mediaID: r.Body.MediaID, callback: r.Body.Callback,
		prepare: func(_ *company.Directory, data []byte) (int, func(*company.Directory) []wecomserver.BatchResultRow,
			error) {
			rows, err := readMemberFile(data)
			run := func(d *company.Directory) []wecomserver.BatchResultRow {
				return w.importMembers(d, c, rows, invites)
			}
			return len(rows), run, err
		},
	})
	return wecomserver.SyncBatchUser200JSONResponse{JobID: &id}, err
}

// ReplaceBatchUser imports members and deletes those who are not in the file.
func (w *Vendor) ReplaceBatchUser(ctx context.Context,
	r wecomserver.ReplaceBatchUserRequestObject) (wecomserver.ReplaceBatchUserResponseObject, error) {
	c := desk.CallOf(ctx)
	invites := r.Body.ToInvite == nil || *r.Body.ToInvite
	id, err := w.start(c, importTask{
		kind: "replace_user", mediaID: r.Body.MediaID, callback: r.Body.Callback,
		prepare: func(d *company.Directory, data []byte) (int, func(*company.Directory) []wecomserver.BatchResultRow,
			error) {
			rows, err := readMemberFile(data)
			if err != nil {
				return 0, nil, err
			}
			if massDelete(len(absentFrom(d, rows)), len(d.AllPeople())) {
				return 0, nil, refusal{code: wecomapi.ErrorCodeMassDeleteRefused}
			}
			run := func(d *company.Directory) []wecomserver.BatchResultRow {
				for _, p := range absentFrom(d, rows) {
					if err := d.RemovePerson(p.Key, c.Now); err != nil {
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
func absentFrom(d *company.Directory, rows []memberRow) []*company.Person {
	listed := make(map[string]bool)
	for _, row := range rows {
		listed[company.Fold(company.ByUserID, row.userID)] = true
	}
	var out []*company.Person
	for _, p := range d.AllPeople() {
		if !listed[company.Fold(company.ByUserID, p.UserID)] && !p.Founder {
			out = append(out, p)
		}
	}
	return out
}

// importMembers creates or updates the members of a file.
func (w *Vendor) importMembers(d *company.Directory, c *desk.Call, rows []memberRow,
	invites bool) []wecomserver.BatchResultRow {
	out := make([]wecomserver.BatchResultRow, 0, len(rows))
	for _, row := range rows {
		var err error
		if d.FindPerson(company.ByUserID, row.userID) != nil {
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
func (w *Vendor) ReplaceBatchParty(ctx context.Context,
	r wecomserver.ReplaceBatchPartyRequestObject) (wecomserver.ReplaceBatchPartyResponseObject, error) {
	c := desk.CallOf(ctx)
	id, err := w.start(c, importTask{
		kind: "replace_party", mediaID: r.Body.MediaID, callback: r.Body.Callback,
		prepare: func(_ *company.Directory, data []byte) (int, func(*company.Directory) []wecomserver.BatchResultRow,
			error) {
			rows, err := readPartyFile(data)
			run := func(d *company.Directory) []wecomserver.BatchResultRow { return w.importParties(d, c, rows) }
			return len(rows), run, err
		},
	})
	return wecomserver.ReplaceBatchParty200JSONResponse{JobID: &id}, err
}
