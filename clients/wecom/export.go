package wecom

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5" //nolint:gosec // WeCom's checksum, against damage and not against attackers
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/wecomapi"
)

// ExportOptions says how an export is run. The zero value will do.
type ExportOptions struct {
	// BlockSize is how many rows there are in a file, which is read whole: 10,000 to 1,000,000. Zero is 10,000, whose
	// files stay within what a client reads; raise clients.WithMaxResponseBytes with it.
	BlockSize int64

	// Progress, if not nil, is called with each state that WeCom reports.
	Progress func(*wecomapi.GetExportResultAnswer)
}

// ExportError is an export that did not come to a good end. Nothing has to be taken back: start another one.
type ExportError struct {
	JobID string
	File  int // the file that could not be had, counted from 1; 0 if it was the job itself
	Err   error
}

// Error names the job.
func (e *ExportError) Error() string {
	if e.File == 0 {
		return fmt.Sprintf("wecom: export %s: %v", e.JobID, e.Err)
	}
	return fmt.Sprintf("wecom: export %s: file %d: %v", e.JobID, e.File, e.Err)
}

// Unwrap returns what went wrong.
func (e *ExportError) Unwrap() error { return e.Err }

// ErrExportFailed is a job of which WeCom says that it has failed. It does not say why.
var ErrExportFailed = errors.New("WeCom says that the job has failed")

// ExportUsers yields all members whom the app may see, with the fields that DepartmentUsers gives, once each: one job
// of WeCom's in place of a call for each department. It starts the job, waits for its end at growing intervals up to 15
// seconds, and downloads, checks and decrypts one file after another, each when the ones before it have been yielded.
// The addresses of the files are good for two hours. It needs Config.AppSecret, or the fields of a third-party app.
//
// The key is made for this job and thrown away after it. No credential goes to where the files are, and they come over
// https, unless the host is this machine. A file whose length or checksum is another one than WeCom says, that cannot
// be decrypted, or that is no list, ends the walk.
//
// An error is a [*clients.PageError] around an [*ExportError] once the job has started, with [ErrExportFailed] in it if
// it is the job that failed.
//
// Vendor page: https://developer.work.weixin.qq.com/document/path/94851
func (c *Client) ExportUsers(ctx context.Context, o ExportOptions) iter.Seq2[wecomapi.Member, error] {
	return export(ctx, c, wecomapi.OpExportUser.ID, o, memberKey,
		func(ctx context.Context, key string, block *int64) (string, error) {
			answer, err := c.ExportUser(ctx, &wecomapi.ExportUserRequest{EncodingAESKey: key, BlockSize: block})
			if err != nil {
				return "", err
			}
			return answer.JobID, nil
		},
		func(file []byte) ([]wecomapi.Member, error) { return rowsOf[wecomapi.Member](file, "userlist") })
}

// ExportUserNames is ExportUsers with ids, names and departments only.
//
// Vendor page: https://developer.work.weixin.qq.com/document/path/94849
func (c *Client) ExportUserNames(ctx context.Context, o ExportOptions) iter.Seq2[wecomapi.SimpleMember, error] {
	return export(ctx, c, wecomapi.OpExportSimpleUser.ID, o,
		func(m wecomapi.SimpleMember) clients.Key { return clients.KeyOf(FoldUserID(m.UserID), m.OpenUserID) },
		func(ctx context.Context, key string, block *int64) (string, error) {
			answer, err := c.ExportSimpleUser(ctx,
				&wecomapi.ExportSimpleUserRequest{EncodingAESKey: key, BlockSize: block})
			if err != nil {
				return "", err
			}
			return answer.JobID, nil
		},
		func(file []byte) ([]wecomapi.SimpleMember, error) {
			return rowsOf[wecomapi.SimpleMember](file, "userlist")
		})
}

// ExportDepartments yields all departments that the app may see, once each, in WeCom's order. See ExportUsers.
//
// Vendor page: https://developer.work.weixin.qq.com/document/path/94852
func (c *Client) ExportDepartments(ctx context.Context, o ExportOptions) iter.Seq2[wecomapi.Department, error] {
	return export(ctx, c, wecomapi.OpExportDepartment.ID, o,
		func(d wecomapi.Department) int64 { return d.ID },
		func(ctx context.Context, key string, block *int64) (string, error) {
			answer, err := c.ExportDepartment(ctx,
				&wecomapi.ExportDepartmentRequest{EncodingAESKey: key, BlockSize: block})
			if err != nil {
				return "", err
			}
			return answer.JobID, nil
		},
		func(file []byte) ([]wecomapi.Department, error) {
			return rowsOf[wecomapi.Department](file, "department")
		})
}

// TagEntry is a member of a tag or a department that is in it, with all below.
type TagEntry struct {
	Member     *wecomapi.TagMember // nil for a department
	Department int64
}

// ExportTag yields who and what is in a tag and may be seen, once each. See ExportUsers; with Config.ContactSecret
// alone the contact sync is asked.
//
// Vendor page: https://developer.work.weixin.qq.com/document/path/94853
func (c *Client) ExportTag(ctx context.Context, tagID int64, o ExportOptions) iter.Seq2[TagEntry, error] {
	return export(ctx, c, wecomapi.OpExportTagUser.ID, o,
		func(e TagEntry) clients.Key {
			if e.Member != nil {
				return clients.KeyOf(FoldUserID(e.Member.UserID))
			}
			if e.Department == 0 {
				return clients.Key{}
			}
			return clients.KeyOf("", strconv.FormatInt(e.Department, 10))
		},
		func(ctx context.Context, key string, block *int64) (string, error) {
			answer, err := c.ExportTagUser(ctx,
				&wecomapi.ExportTagUserRequest{TagID: tagID, EncodingAESKey: key, BlockSize: block})
			if err != nil {
				return "", err
			}
			return answer.JobID, nil
		},
		func(file []byte) ([]TagEntry, error) {
			members, err := rowsOf[wecomapi.TagMember](file, "userlist")
			if err != nil {
				return nil, err
			}
			departments, err := rowsOf[int64](file, "partylist")
			if err != nil {
				return nil, err
			}
			entries := make([]TagEntry, 0, len(members)+len(departments))
			for i := range members {
				entries = append(entries, TagEntry{Member: &members[i]})
			}
			for _, id := range departments {
				entries = append(entries, TagEntry{Department: id})
			}
			return entries, nil
		})
}

// leastRows is the smallest BlockSize that WeCom takes.
const leastRows = 10_000

// export runs a job as a list whose pages are the files.
func export[T any, K comparable](ctx context.Context, c *Client, operation string, o ExportOptions, key func(T) K,
	start func(ctx context.Context, key string, block *int64) (string, error),
	decode func(file []byte) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) { // each walk over it is a job of its own
		var job *exportJob
		clients.List(ctx, vendor, operation, key,
			func(ctx context.Context, cursor string) (clients.Page[T], error) {
				if job == nil {
					var err error
					if job, err = c.runExport(ctx, o, start); err != nil {
						return clients.Page[T]{}, err
					}
				}
				number, _ := strconv.Atoi(cursor) // 0 for the first page
				if number >= len(job.files) {
					return clients.Page[T]{}, nil // an export of nothing
				}
				items, err := exported(ctx, c, job, number, decode)
				if err != nil {
					return clients.Page[T]{}, &ExportError{JobID: job.id, File: number + 1, Err: err}
				}
				next := number + 1
				return clients.Page[T]{Items: items, Next: strconv.Itoa(next), More: next < len(job.files)}, nil
			})(yield)
	}
}

// exportJob is an export that is done.
type exportJob struct {
	id    string
	key   []byte
	files []wecomapi.ExportFile
}

// runExport starts a job and waits for its end.
func (c *Client) runExport(ctx context.Context, o ExportOptions,
	start func(ctx context.Context, key string, block *int64) (string, error)) (*exportJob, error) {
	text, key := newExportKey()
	block := o.BlockSize
	if block == 0 {
		block = leastRows
	}
	id, err := start(clients.WithSecrets(ctx, text), string(text), &block)
	if err != nil {
		return nil, err
	}
	for gap := firstPoll; ; gap = min(gap*3/2, longestGap) {
		state, err := c.GetExportResult(ctx, &wecomapi.GetExportResultParams{JobID: id})
		if err != nil {
			return nil, &ExportError{JobID: id, Err: err}
		}
		if o.Progress != nil {
			o.Progress(state)
		}
		switch state.Status {
		case wecomapi.GetExportResultAnswerStatusDone:
			if state.DataList == nil {
				return nil, &ExportError{JobID: id, Err: damaged("the job is done, and there is no list of its files")}
			}
			return &exportJob{id: id, key: key, files: state.DataList}, nil
		case wecomapi.GetExportResultAnswerStatusFailed:
			return nil, &ExportError{JobID: id, Err: ErrExportFailed}
		}
		if err := c.core.Sleep(ctx, gap); err != nil {
			return nil, &ExportError{JobID: id, Err: err}
		}
	}
}

// exported gets one file and reads it.
func exported[T any](ctx context.Context, c *Client, job *exportJob, number int,
	decode func([]byte) ([]T, error)) ([]T, error) {
	named := job.files[number]
	if named.Size == nil || named.Md5 == "" {
		return nil, damaged("WeCom does not say how long a file is, or what its checksum is")
	}
	file, err := c.core.Download(ctx, wecomapi.OpGetExportResult, named.URL, *named.Size)
	if err != nil {
		return nil, err
	}
	sum := md5.Sum(file) //nolint:gosec // see above
	if !strings.EqualFold(hex.EncodeToString(sum[:]), named.Md5) {
		return nil, damaged("the file has another checksum than WeCom says")
	}
	plain, err := decrypt(job.key, file)
	if err != nil {
		return nil, err
	}
	return decode(plain)
}

// damaged is a file or list of files that is not what it ought to be.
func damaged(message string) error {
	return &clients.Error{Vendor: vendor, Operation: wecomapi.OpGetExportResult.ID, Kind: clients.KindBadResponse,
		Message: message}
}

// newExportKey makes a key as WeCom wants it: 43 letters and digits, which are 32 bytes once decoded.
func newExportKey() (clients.Secret, []byte) {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	text := make([]byte, 0, 43)
	var random [64]byte
	for len(text) < cap(text) {
		_, _ = rand.Read(random[:]) // never fails
		for _, b := range random {
			if int(b) < 256/len(digits)*len(digits) && len(text) < cap(text) { // each one as likely as any other
				text = append(text, digits[int(b)%len(digits)])
			}
		}
	}
	key, _ := base64.StdEncoding.DecodeString(string(text) + "=") // these are digits of Base64
	return clients.Secret(text), key
}

// decrypt undoes AES-256-CBC, whose IV is the key's first half, and the padding to a multiple of 32 bytes.
func decrypt(key, file []byte) ([]byte, error) {
	const longestPad = 32
	if len(file) == 0 || len(file)%aes.BlockSize != 0 {
		return nil, damaged("the file is not encrypted as it ought to be: its length is no multiple of 16")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err // the key has 32 bytes
	}
	plain := make([]byte, len(file))
	cipher.NewCBCDecrypter(block, key[:aes.BlockSize]).CryptBlocks(plain, file)
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > longestPad || pad > len(plain) {
		return nil, damaged("the file is not encrypted with the key of this export")
	}
	for _, b := range plain[len(plain)-pad:] {
		if int(b) != pad {
			return nil, damaged("the file is not encrypted with the key of this export")
		}
	}
	return plain[:len(plain)-pad], nil
}

// rowsOf reads a list of a file. One that is null is empty, one that is absent is none.
func rowsOf[T any](file []byte, name string) ([]T, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(file, &members); err != nil || members == nil {
		return nil, damaged("what the file holds is no JSON object")
	}
	list, ok := members[name]
	if !ok {
		return nil, damaged("the file holds no " + name)
	}
	var rows []T
	if err := json.Unmarshal(list, &rows); err != nil {
		return nil, damaged("the rows of the file are not what the document says")
	}
	return rows, nil
}
