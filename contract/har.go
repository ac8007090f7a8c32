package contract

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// HARResult is what CheckHAR has found.
type HARResult struct {
	Checked  int       `json:"checked"`  // entries that were checked against the document
	Outages  int       `json:"outages"`  // those of them that are no answer of the vendor's
	Other    int       `json:"other"`    // entries to the vendor's host for operations that the document does not have
	Skipped  int       `json:"skipped"`  // entries to other hosts, or saved without an answer
	Findings []Finding `json:"findings"` // of all entries, in their order
}

// har is the part of an HTTP archive (version 1.2) that is looked at.
type har struct {
	Log *struct {
		Entries []struct {
			Request struct {
				Method   string      `json:"method"`
				URL      string      `json:"url"`
				Headers  []harHeader `json:"headers"`
				PostData *struct {
					MimeType string `json:"mimeType"`
					Text     string `json:"text"`
					Params   []struct {
						Name  string `json:"name"`
						Value string `json:"value"`
					} `json:"params"`
				} `json:"postData"`
			} `json:"request"`
			Response struct {
				Status  int         `json:"status"`
				Headers []harHeader `json:"headers"`
				Content struct {
					MimeType string  `json:"mimeType"`
					Size     *int64  `json:"size"`
					Text     *string `json:"text"`
					Encoding string  `json:"encoding"`
				} `json:"content"`
			} `json:"response"`
		} `json:"entries"`
	} `json:"log"`
}

type harHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// CheckHAR checks an HTTP archive, as browsers and proxies save it, against the document. Entries whose method and path
// are none of the document's are only counted: an archive holds much that is somebody else's, and a vendor has more
// interfaces than this one. WithBaseURL says where else the vendor is.
func (v *Validator) CheckHAR(archive io.Reader) (HARResult, error) {
	var file har
	text := bufio.NewReader(archive)
	if mark, err := text.Peek(3); err == nil && string(mark) == "\xef\xbb\xbf" {
		_, _ = text.Discard(3)
	}
	if err := json.NewDecoder(text).Decode(&file); err != nil {
		return HARResult{}, fmt.Errorf("contract: this is no HTTP archive: %w", plainJSONError(err))
	}
	if file.Log == nil {
		return HARResult{}, errors.New("contract: this is no HTTP archive: it has no log")
	}
	var result HARResult
	for _, entry := range file.Log.Entries {
		u, err := url.Parse(entry.Request.URL)
		content := entry.Response.Content
		if status := entry.Response.Status; content.Text == nil && content.Size != nil && *content.Size == 0 &&
			status/100 == 2 && status != http.StatusNoContent {
			content.Text = new(string)
		}
		if err != nil || entry.Response.Status == 0 || content.Text == nil { // archives may be saved without bodies
			result.Skipped++
			continue
		}
		if v.document.ByPath(entry.Request.Method, u.Host, u.EscapedPath()) == nil {
			if v.document.Knows(u.Host) {
				result.Other++
			} else {
				result.Skipped++
			}
			continue
		}
		x := Exchange{
			Request:  &Request{Method: entry.Request.Method, URL: u, Header: harHeaders(entry.Request.Headers)},
			Response: &Response{Status: entry.Response.Status, Header: harHeaders(entry.Response.Headers)},
		}
		if post := entry.Request.PostData; post != nil {
			x.Request.Body = []byte(post.Text)
			if post.Text == "" && len(post.Params) > 0 {
				form := make(url.Values)
				for _, p := range post.Params {
					form.Add(p.Name, p.Value)
				}
				x.Request.Body = []byte(form.Encode())
			}
			if x.Request.Header.Get("Content-Type") == "" {
				x.Request.Header.Set("Content-Type", post.MimeType)
			}
		}
		if x.Response.Header.Get("Content-Type") == "" {
			x.Response.Header.Set("Content-Type", content.MimeType)
		}
		x.Response.Body = []byte(*content.Text)
		if strings.EqualFold(content.Encoding, "base64") {
			if x.Response.Body, err = base64.StdEncoding.DecodeString(*content.Text); err != nil {
				result.Skipped++
				continue
			}
		}
		findings := v.Check(x)
		result.Checked++
		if slices.ContainsFunc(findings, func(f Finding) bool { return f.Outage }) {
			result.Outages++
		}
		result.Findings = append(result.Findings, findings...)
	}
	return result, nil
}

func harHeaders(list []harHeader) http.Header {
	h := make(http.Header)
	for _, entry := range list {
		h.Add(entry.Name, entry.Value)
	}
	return h
}

// plainJSONError says where decoding failed, without quoting what stood there.
func plainJSONError(err error) error {
	var mismatch *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &mismatch):
		return fmt.Errorf("%s is not what it should be", mismatch.Field)
	case errors.As(err, &syntax):
		return fmt.Errorf("malformed JSON at byte %d", syntax.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it ends too early")
	default:
		return err
	}
}
