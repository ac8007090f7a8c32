package wecom

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/wecomapi"
)

// BatchOptions says how a batch job is run. The zero value invites nobody and deletes nothing.
type BatchOptions struct {
	// Invite has WeCom invite the imported members by mail and text message, as the vendor does by default. Without it
	// the job says to_invite false. Replacing departments invites nobody in any case.
	Invite bool

	// AllowDeletion is required by the jobs that replace: whoever, or whatever empty department, is not in the file is
	// deleted. WeCom itself refuses (45026) to delete more than 50 members that are more than 20 % of the corp, or
	// fewer that are more than 80 %.
	AllowDeletion bool

	// Callback makes WeCom also post the end of the job to a URL. Give all three fields.
	Callback *wecomapi.JobCallbackInput

	// Progress, if not nil, is called with each state that WeCom reports.
	Progress func(*wecomapi.GetBatchResultAnswer)
}

// BatchResult is a job that has come to its end.
type BatchResult struct {
	JobID string
	Type  string // sync_user, replace_user or replace_party
	Total int64  // rows of the file, as WeCom counted them
	Rows  []wecomapi.BatchResultRow
}

// Failed returns the rows that WeCom refused.
func (r *BatchResult) Failed() []wecomapi.BatchResultRow {
	var failed []wecomapi.BatchResultRow
	for _, row := range r.Rows {
		if row.ErrCode != 0 {
			failed = append(failed, row)
		}
	}
	return failed
}

// RowsError is a job that ran to its end with rows that failed; the others were carried out. errors.Is and errors.As
// look into the rows.
type RowsError struct {
	JobID string
	Total int64
	Rows  []error // each a *clients.Error
}

// Error tells how many rows failed, and the first reasons.
func (e *RowsError) Error() string {
	const shown = 3
	var b strings.Builder
	fmt.Fprintf(&b, "wecom: job %s: %d of %d rows failed", e.JobID, len(e.Rows), e.Total)
	for _, row := range e.Rows[:min(shown, len(e.Rows))] {
		fmt.Fprintf(&b, "; %v", row)
	}
	if len(e.Rows) > shown {
		b.WriteString("; …")
	}
	return b.String()
}

// Unwrap returns the rows.
func (e *RowsError) Unwrap() []error { return e.Rows }

// JobError is a job whose end is not known: it may still be running. WaitBatch takes it up again.
type JobError struct {
	JobID string
	Err   error
}

// Error names the job.
func (e *JobError) Error() string {
	return fmt.Sprintf("wecom: job %s: outcome unknown: %v", e.JobID, e.Err)
}

// Unwrap returns why nobody waited to the end.
func (e *JobError) Unwrap() error { return e.Err }

// SyncUsers imports members from a CSV file in WeCom's template: whoever exists is updated in the columns given,
// whoever does not is created, nobody is deleted. It uploads the file, starts the job and waits for its end. One job
// runs at a time in a corp (302008).
//
// A result with failed rows comes together with a [*RowsError]. Once the job has started, an error that leaves its
// outcome open is a [*JobError].
//
// Vendor page: https://developer.work.weixin.qq.com/document/path/90980
func (c *Client) SyncUsers(ctx context.Context, csv io.Reader, o BatchOptions) (*BatchResult, error) {
	return c.batch(ctx, csv, o, func(ctx context.Context, mediaID string) (string, error) {
		answer, err := c.SyncBatchUser(ctx,
			&wecomapi.SyncBatchUserRequest{MediaID: mediaID, ToInvite: &o.Invite, Callback: o.Callback})
		if err != nil {
			return "", err
		}
		return answer.JobID, nil
	})
}

// ReplaceUsers makes the corp's members those of a CSV file in WeCom's template: it imports like SyncUsers and deletes
// everybody who is not in the file. It demands BatchOptions.AllowDeletion. Results and errors are those of SyncUsers.
//
// Vendor page: https://developer.work.weixin.qq.com/document/path/90981
func (c *Client) ReplaceUsers(ctx context.Context, csv io.Reader, o BatchOptions) (*BatchResult, error) {
	if !o.AllowDeletion {
		return nil, invalid(wecomapi.OpReplaceBatchUser.ID,
			"members who are not in the file would be deleted: set BatchOptions.AllowDeletion if that is meant")
	}
	return c.batch(ctx, csv, o, func(ctx context.Context, mediaID string) (string, error) {
		answer, err := c.ReplaceBatchUser(ctx,
			&wecomapi.ReplaceBatchUserRequest{MediaID: mediaID, ToInvite: &o.Invite, Callback: o.Callback})
		if err != nil {
			return "", err
		}
		return answer.JobID, nil
	})
}

// ReplaceDepartments makes the corp's departments those of a CSV file in WeCom's template (name, id, parent id, order).
// Departments that are not in the file are deleted if they are empty. It demands BatchOptions.AllowDeletion. Results
// and errors are those of SyncUsers.
//
// Vendor page: https://developer.work.weixin.qq.com/document/path/90982
func (c *Client) ReplaceDepartments(ctx context.Context, csv io.Reader, o BatchOptions) (*BatchResult, error) {
	if !o.AllowDeletion {
		return nil, invalid(wecomapi.OpReplaceBatchParty.ID,
			"empty departments that are not in the file would be deleted: set BatchOptions.AllowDeletion if that is "+
				"meant")
	}
	return c.batch(ctx, csv, o, func(ctx context.Context, mediaID string) (string, error) {
		answer, err := c.ReplaceBatchParty(ctx,
			&wecomapi.ReplaceBatchPartyRequest{MediaID: mediaID, Callback: o.Callback})
		if err != nil {
			return "", err
		}
		return answer.JobID, nil
	})
}

func (c *Client) batch(ctx context.Context, csv io.Reader, o BatchOptions,
	start func(context.Context, string) (string, error)) (*BatchResult, error) {
	media, err := c.Upload(ctx, wecomapi.UploadMediaParamsTypeFile, "roster.csv", csv)
	if err != nil {
		return nil, err
	}
	jobID, err := start(ctx, media.MediaID)
	if err != nil {
		return nil, err
	}
	return c.WaitBatch(ctx, jobID, o.Progress)
}

const (
	jobDone    = 3
	firstPoll  = time.Second
	longestGap = 15 * time.Second
)

// WaitBatch asks for the state of a batch job until it has ended, at growing intervals up to 15 seconds, and returns
// its rows. WeCom keeps the results of the last five jobs. progress may be nil.
//
// Vendor page: https://developer.work.weixin.qq.com/document/path/90983
func (c *Client) WaitBatch(ctx context.Context, jobID string,
	progress func(*wecomapi.GetBatchResultAnswer)) (*BatchResult, error) {
	for gap := firstPoll; ; gap = min(gap*3/2, longestGap) {
		state, err := c.GetBatchResult(ctx, &wecomapi.GetBatchResultParams{JobID: jobID})
		if err != nil {
			return nil, &JobError{JobID: jobID, Err: err}
		}
		if progress != nil {
			progress(state)
		}
		if state.Status == jobDone {
			return batchResult(jobID, state)
		}
		if err := c.core.Sleep(ctx, gap); err != nil {
			return nil, &JobError{JobID: jobID, Err: err}
		}
	}
}

func batchResult(jobID string, state *wecomapi.GetBatchResultAnswer) (*BatchResult, error) {
	result := &BatchResult{JobID: jobID, Type: string(state.Type), Total: state.Total, Rows: state.Result}
	failed := result.Failed()
	if len(failed) == 0 {
		return result, nil
	}
	rows := make([]error, len(failed))
	for i, row := range failed {
		about := row.UserID
		if about == "" {
			about = fmt.Sprint("department ", row.PartyID)
		}
		kind := wecomapi.ErrorCode(row.ErrCode).Kind()
		rows[i] = &clients.Error{
			Vendor: vendor, Operation: wecomapi.OpGetBatchResult.ID, Kind: cmp.Or(kind, clients.KindUnknown),
			Code: fmt.Sprint(int64(row.ErrCode)), Message: about + ": " + row.ErrMsg,
		}
	}
	return result, &RowsError{JobID: jobID, Total: state.Total, Rows: rows}
}
