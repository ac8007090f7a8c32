package wecom

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// media is an uploaded file. All apps of the corp share it.
type media struct {
	kind string
	data []byte
	ends time.Time
}

// mediaLife is how long an uploaded file is kept.
const mediaLife = 3 * 24 * time.Hour

// upload is the answer of UploadMedia. Its created_at is text, which the document's lenient type would write as a
// number.
type upload struct {
	Type      string `json:"type"`
	MediaID   string `json:"media_id"`
	CreatedAt string `json:"created_at"`
}

// VisitUploadMediaResponse writes the answer.
func (u upload) VisitUploadMediaResponse(w http.ResponseWriter) error {
	desk.WriteJSON(w, http.StatusOK, u)
	return nil
}

// UploadMedia keeps a file for three days.
func (w *Vendor) UploadMedia(ctx context.Context,
	r wecomserver.UploadMediaRequestObject) (wecomserver.UploadMediaResponseObject, error) {
	c, kind := desk.CallOf(ctx), string(r.Params.Type)
	most, ok := map[string]int{"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "file": 20 << 20}[kind]
	if !ok {
		return nil, refusal{code: wecomapi.ErrorCodeInvalidMediaKind}
	}
	data, err := mediaPart(r.Body)
	switch {
	case err != nil || len(data) <= 5: // the vendor wants more than 5 bytes
		return nil, refusal{code: wecomapi.ErrorCodeUploadEmpty}
	case len(data) > most:
		return nil, refusal{code: wecomapi.ErrorCodeUploadTooLarge}
	case !hasContent(kind, data):
		return nil, refusal{code: wecomapi.ErrorCodeInvalidFileType}
	}
	n := w.next()
	w.mu.Lock()
	defer w.mu.Unlock()
	id := "3" + company.DeriveText(w.desk.Seed, "wecom media", n, company.Base64Digits, 63)
	w.media[id] = media{kind: kind, data: data, ends: c.Now.Add(mediaLife)}
	return upload{Type: kind, MediaID: id, CreatedAt: desk.EpochText(c.Now)}, nil
}

// mediaPart reads the part named media, which must have a file name.
func mediaPart(form *multipart.Reader) ([]byte, error) {
	for {
		part, err := form.NextPart()
		if err != nil {
			return nil, err
		}
		if part.FormName() == "media" && part.FileName() != "" {
			return io.ReadAll(part) // the whole request was bounded before
		}
	}
}

// hasContent tells whether a file begins as one of its kind does.
func hasContent(kind string, data []byte) bool {
	switch kind {
	case "image":
		return bytes.HasPrefix(data, []byte("\x89PNG")) || bytes.HasPrefix(data, []byte("\xff\xd8\xff"))
	case "voice":
		return bytes.HasPrefix(data, []byte("#!AMR"))
	case "video":
		return bytes.Contains(data[:min(len(data), 16)], []byte("ftyp"))
	}
	return true
}

// mediaFile returns an uploaded file that is still kept.
func (w *Vendor) mediaFile(c *desk.Call, id string) (media, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m, ok := w.media[id]
	if !ok || !c.Now.Before(m.ends) {
		return media{}, refusal{code: wecomapi.ErrorCodeInvalidMediaID}
	}
	return m, nil
}

// isImage tells whether an uploaded file can be an avatar.
func (w *Vendor) isImage(c *desk.Call, id string) bool {
	m, err := w.mediaFile(c, id)
	return err == nil && m.kind == "image"
}
