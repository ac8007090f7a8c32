package wecom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/wecomapi"
)

// maxFile is the largest file of any kind that media/upload takes.
const maxFile = 20 << 20

// Upload uploads content and returns its media_id, which all apps of the corp can use for three days. WeCom takes 6
// bytes to 20 MB for files, 10 MB for images (jpg, png) and videos (mp4), 2 MB for voice (amr); the vendor checks
// these. filename is plain ASCII without quotes.
//
// Vendor page: https://developer.work.weixin.qq.com/document/path/90253
func (c *Client) Upload(ctx context.Context, kind wecomapi.UploadMediaParamsType, filename string,
	content io.Reader) (*wecomapi.UploadMediaAnswer, error) {
	data, err := io.ReadAll(io.LimitReader(content, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("wecom: reading the file to upload: %w", err)
	case len(data) > maxFile:
		return nil, invalid(wecomapi.OpUploadMedia.ID, "the file is larger than the 20 MB that WeCom takes")
	case len(data) <= 5:
		return nil, invalid(wecomapi.OpUploadMedia.ID, "the file is shorter than the 6 bytes that WeCom asks for")
	}
	contentType, body, err := mediaForm(filename, data)
	if err != nil {
		return nil, invalid(wecomapi.OpUploadMedia.ID, err.Error())
	}
	return c.UploadMedia(ctx, &wecomapi.UploadMediaParams{Type: kind}, contentType, body)
}

// mediaForm makes the multipart form that WeCom wants: one part named media, with a filelength beside its filename.
func mediaForm(filename string, data []byte) (contentType string, body []byte, err error) {
	plain := strings.IndexFunc(filename, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) < 0
	if filename == "" || !plain {
		return "", nil, errors.New("the file name must be plain ASCII without quotes and backslashes")
	}
	var buf bytes.Buffer
	form := multipart.NewWriter(&buf)
	part, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name="media"; filename="%s"; filelength=%d`, filename,
			len(data))},
		"Content-Type": {"application/octet-stream"},
	})
	if err == nil {
		_, err = part.Write(data)
	}
	if err = errors.Join(err, form.Close()); err != nil {
		return "", nil, err
	}
	return form.FormDataContentType(), buf.Bytes(), nil
}

// invalid is an argument that is refused before any I/O.
func invalid(operation, message string) error {
	return &clients.Error{Vendor: vendor, Operation: operation, Kind: clients.KindInvalidArgument, Message: message}
}
