package wecom

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5" //nolint:gosec // the vendor's checksum
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// exportJob is an export. It moves on when it is asked for: not begun, running, done. What it holds is what is true
// when it is done.
type exportJob struct {
	id     string
	holder string // who started it, and may ask for it
	status int64  // as in the answer
	asked  bool
	write  func(*company.Directory) [][]byte // the files, in the clear
	key    []byte
	files  []wecomserver.ExportFile
}

// exportFile is a file that can be downloaded.
type exportFile struct {
	data []byte
	ends time.Time
}

const (
	exportPath = "/wwexport/" // where the files are, followed by a word that nobody can guess
	exportLife = 2 * time.Hour
)

// Bounds of the rows in a file.
const (
	leastRows = 10_000
	mostRows  = 1_000_000
)

// exportKey is what an export is encrypted with: letters and digits only.
var exportKey = regexp.MustCompile(`^[0-9A-Za-z]{43}$`)

// startExport begins an export. rows makes the whole list, and page a file of a part of it.
func startExport[T any](w *Vendor, c *desk.Call, key string, block *int64, rows func(*company.Directory) []T,
	page func([]T) any) (string, error) {
	size := int64(mostRows)
	if block != nil {
		size = *block
	}
	if !exportKey.MatchString(key) || size < leastRows || size > mostRows {
		return "", refusal{code: wecomapi.ErrorCodeInvalidParameter}
	}
	raw, err := base64.StdEncoding.DecodeString(key + "=")
	if err != nil {
		return "", refusal{code: wecomapi.ErrorCodeInvalidParameter}
	}
	job := &exportJob{
		id:     "jobid_" + company.DeriveText(w.desk.Seed, "wecom export", w.next(), company.Base62Digits, 43),
		holder: c.Grant.Holder, key: raw,
		write: func(d *company.Directory) [][]byte {
			var files [][]byte
			all := rows(d)
			for part := range slices.Chunk(all, int(size)) {
				files = append(files, jsonOf(page(part)))
			}
			if len(all) == 0 {
				files = append(files, jsonOf(page([]T{})))
			}
			return files
		},
	}
	w.jobsMu.Lock()
	defer w.jobsMu.Unlock()
	w.exports = append(w.exports, job)
	return job.id, nil
}

// jsonOf writes a file as the vendor does its answers.
func jsonOf(v any) []byte {
	a := desk.NewAnswer()
	desk.WriteJSON(a, http.StatusOK, v)
	return desk.UnescapeHTML(a.Body.Bytes())
}

// encrypted is a file under the key of its export.
func encrypted(key, plain []byte) []byte {
	const block = 32
	pad := block - len(plain)%block
	padded := append(slices.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	c, err := aes.NewCipher(key)
	if err != nil {
		return nil // the key is 32 bytes long
	}
	cipher.NewCBCEncrypter(c, key[:aes.BlockSize]).CryptBlocks(padded, padded)
	return padded
}

// people are those whom the caller of an export may see.
func (w *Vendor) people(c *desk.Call, d *company.Directory) (view, []*company.Person) {
	v := w.viewOf(c, d)
	return v, slices.DeleteFunc(d.AllPeople(), func(p *company.Person) bool { return !v.person(p) })
}

// ExportSimpleUser starts an export of ids and names.
func (w *Vendor) ExportSimpleUser(ctx context.Context,
	r wecomserver.ExportSimpleUserRequestObject) (wecomserver.ExportSimpleUserResponseObject, error) {
	c := desk.CallOf(ctx)
	id, err := startExport(w, c, r.Body.EncodingAESKey, r.Body.BlockSize,
		func(d *company.Directory) []wecomserver.SimpleMember {
			v, people := w.people(c, d)
			out := make([]wecomserver.SimpleMember, len(people))
			for i, p := range people {
				out[i] = w.simpleMember(v, p)
			}
			return out
		},
		func(part []wecomserver.SimpleMember) any { return map[string]any{"userlist": part} })
	return wecomserver.ExportSimpleUser200JSONResponse{JobID: &id}, err
}

// ExportUser starts an export of members.
func (w *Vendor) ExportUser(ctx context.Context,
	r wecomserver.ExportUserRequestObject) (wecomserver.ExportUserResponseObject, error) {
	c := desk.CallOf(ctx)
	id, err := startExport(w, c, r.Body.EncodingAESKey, r.Body.BlockSize,
		func(d *company.Directory) []wecomserver.Member {
			v, people := w.people(c, d)
			out := make([]wecomserver.Member, len(people))
			for i, p := range people {
				out[i] = w.member(v, p, true, c.Grant.Holder)
			}
			return out
		},
		func(part []wecomserver.Member) any { return map[string]any{"userlist": part} })
	return wecomserver.ExportUser200JSONResponse{JobID: &id}, err
}

// ExportDepartment starts an export of departments.
func (w *Vendor) ExportDepartment(ctx context.Context,
	r wecomserver.ExportDepartmentRequestObject) (wecomserver.ExportDepartmentResponseObject, error) {
	c := desk.CallOf(ctx)
	id, err := startExport(w, c, r.Body.EncodingAESKey, r.Body.BlockSize,
		func(d *company.Directory) []wecomserver.Department {
			v := w.viewOf(c, d)
			var out []wecomserver.Department
			for _, dept := range d.AllDepartments() {
				if v.department(dept.Key) {
					out = append(out, department(v, dept))
				}
			}
			return out
		},
		func(part []wecomserver.Department) any { return map[string]any{"department": part} })
	return wecomserver.ExportDepartment200JSONResponse{JobID: &id}, err
}

// tagRow is a member or a department of a tag: a file holds so many of both together.
type tagRow struct {
	member *wecomserver.TagMember
	party  int64
}

// ExportTagUser starts an export of a tag.
func (w *Vendor) ExportTagUser(ctx context.Context,
	r wecomserver.ExportTagUserRequestObject) (wecomserver.ExportTagUserResponseObject, error) {
	c := desk.CallOf(ctx)
	var err error
	var name string
	company.View(w.desk.Company, func(d *company.Directory) {
		var g *company.Group
		if g, err = w.readableTag(d, c, r.Body.TagID); err == nil {
			name = g.Name
		}
	})
	if err != nil {
		return nil, err
	}
	id, err := startExport(w, c, r.Body.EncodingAESKey, r.Body.BlockSize,
		func(d *company.Directory) []tagRow {
			var out []tagRow
			g := w.tagByID(d, r.Body.TagID)
			if g == nil {
				return nil // deleted since
			}
			members, parties := tagMembers(w.viewOf(c, d), g)
			for _, m := range members {
				out = append(out, tagRow{member: &m})
			}
			for _, party := range parties {
				out = append(out, tagRow{party: party})
			}
			return out
		},
		func(part []tagRow) any {
			members, parties := []wecomserver.TagMember{}, []int64{}
			for _, row := range part {
				if row.member != nil {
					members = append(members, *row.member)
				} else {
					parties = append(parties, row.party)
				}
			}
			return map[string]any{"tagname": name, "userlist": members, "partylist": parties}
		})
	return wecomserver.ExportTagUser200JSONResponse{JobID: &id}, err
}

// GetExportResult tells how far an export is, and moves it on.
func (w *Vendor) GetExportResult(ctx context.Context,
	r wecomserver.GetExportResultRequestObject) (wecomserver.GetExportResultResponseObject, error) {
	c := desk.CallOf(ctx)
	w.jobsMu.Lock()
	defer w.jobsMu.Unlock()
	i := slices.IndexFunc(w.exports,
		func(job *exportJob) bool { return job.id == r.Params.JobID && job.holder == c.Grant.Holder })
	if i < 0 {
		return nil, refusal{code: wecomapi.ErrorCodeJobNotFound}
	}
	job := w.exports[i]
	if job.status < 2 && job.asked {
		job.status++
	}
	job.asked = true
	if job.status == 2 && job.files == nil {
		w.finish(c, job)
	}
	out := wecomserver.GetExportResult200JSONResponse{
		Status: new(wecomserver.GetExportResultAnswerStatus(job.status))}
	if job.status == 2 {
		out.DataList = &job.files
	}
	return out, nil
}

// finish writes the files of an export.
func (w *Vendor) finish(c *desk.Call, job *exportJob) {
	var plain [][]byte
	company.View(w.desk.Company, func(d *company.Directory) { plain = job.write(d) })
	scheme := "http://"
	if c.Request.TLS != nil {
		scheme = "https://"
	}
	for _, text := range plain {
		data := encrypted(job.key, text)
		sum := md5.Sum(data) //nolint:gosec // the vendor's checksum
		n := w.next()
		w.mu.Lock()
		word := company.DeriveText(w.desk.Seed, "wecom export file", n, company.Base62Digits, 43)
		w.files[word] = exportFile{data: data, ends: c.Now.Add(exportLife)}
		w.mu.Unlock()
		job.files = append(job.files, wecomserver.ExportFile{
			URL:  new(scheme + c.Request.Host + "/" + Name + exportPath + word),
			Size: new(int64(len(data))), Md5: new(hex.EncodeToString(sum[:])),
		})
	}
}

// serveFile serves a file of an export to whoever has its address.
func (w *Vendor) serveFile(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	file, ok := w.files[r.PathValue("file")]
	w.mu.Unlock()
	switch {
	case !ok:
		http.Error(out, "no such file", http.StatusNotFound)
	case !w.desk.Clock(Name).Before(file.ends):
		http.Error(out, "the address has expired", http.StatusForbidden)
	default:
		out.Header().Set("Content-Type", "application/octet-stream")
		http.ServeContent(out, r, "", time.Time{}, bytes.NewReader(file.data))
	}
}
