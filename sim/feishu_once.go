package sim

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/roster-go/roster/gen/feishuapi"
)

// feishuOutcome is what a creating call with a client_token led to.
type feishuOutcome struct {
	body []byte // of the request, in one spelling
	out  any
	err  error // a person who was created all the same
}

// once changes the company, or answers what the same call led to before. A call that was refused may be sent again.
func (f *feishu) once(c *call, clientToken *string, do func(*directory) (any, error)) (out any, err error) {
	key := c.operation.ID + " " + c.grant.holder + " "
	if !isBlank(clientToken) {
		key += *clientToken
	}
	body := oneSpelling(c.body)
	changed := Change(f.desk.Company, func(d *directory) error {
		if isBlank(clientToken) {
			out, err = do(d)
			return err
		}
		f.mu.Lock()
		before, ok := f.outcomes[key]
		f.mu.Unlock()
		switch {
		case ok && !bytes.Equal(before.body, body):
			err = feishuError{code: feishuapi.ErrorCodeClientTokenReused}
			return err
		case ok:
			out, err = before.out, before.err
			return err
		}
		out, err = do(d)
		if err == nil || feishuPartial(err) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.outcomes[key] = feishuOutcome{body: body, out: out, err: err}
		}
		return err
	})
	return out, changed
}

// feishuPartial tells whether a person was written in spite of an error.
func feishuPartial(err error) bool {
	e, ok := errors.AsType[feishuError](err)
	return ok && e.code >= feishuapi.ErrorCodeCreatedWithoutCity && e.code <= feishuapi.ErrorCodeUpdatedWithoutCityAndJobTitle
}

// oneSpelling writes JSON anew, so that neither blanks nor the order of members count.
func oneSpelling(text []byte) []byte {
	doc, ok := parseDocument(text)
	if !ok {
		return json.RawMessage(text)
	}
	return doc.bytes()
}
