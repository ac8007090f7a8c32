package clients

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/roster-go/roster/clients/token"
)

// Secret is a string that prints as "[redacted]": the type of passwords in a Config. An untyped constant converts by
// itself; a variable needs clients.Secret(v).
type Secret = token.Secret

const redacted = "[redacted]"

// secretParameter finds credentials in text by the names that all vendors give them, in URLs, forms and JSON. It is the
// second line: the values themselves are looked for first.
var secretParameter = regexp.MustCompile(
	`(?i)("?(?:[a-z_]*(?:access_token|refresh_token|access_key|accesskey)` +
		`|corpsecret|appsecret|app_secret|client_secret|suite_secret|suitesecret` +
		`|signature|(?:suite|app|user|jsapi)?_?ticket|permanent_code|encoding_?aeskey` +
		`|x-kso-authorization|tfa_code)"?\s*[=:]\s*"?)[^&\s"',}]+`)

// credentials finds what stands in an Authorization header, and WPS's signatures, which its verifier takes at any later
// time.
var credentials = regexp.MustCompile(`(?i)((?:bearer|kso-1)\s+)[^\s"',\]]+`)

// scrub takes credentials out of text that came from somewhere else: a vendor's message, a library's error.
func scrub(text string, secrets []Secret) string {
	// The longest first: of one that begins with another, nothing must be left over.
	secrets = slices.SortedFunc(slices.Values(secrets), func(a, b Secret) int { return len(b) - len(a) })
	for _, s := range secrets {
		// Shorter strings are no credentials, and blanking them would blank words.
		if len(s) < 4 {
			break
		}
		plain := string(s)
		quoted, _ := json.Marshal(plain) // vendors quote what they got, and some escape <, > and & in it
		for _, form := range []string{plain, url.QueryEscape(plain), url.PathEscape(plain),
			string(quoted[1 : len(quoted)-1])} {
			text = strings.ReplaceAll(text, form, redacted)
		}
	}
	text = credentials.ReplaceAllString(text, "${1}"+redacted)
	return secretParameter.ReplaceAllStringFunc(text, func(found string) string {
		parts := secretParameter.FindStringSubmatch(found)
		if name, value := parts[1], found[len(parts[1]):]; inSentence.MatchString(name) && word.MatchString(value) {
			return found // "invalid signature: the key is wrong"
		}
		return parts[1] + redacted
	})
}

// The vendors begin sentences with these two, and a word behind the colon is none of theirs.
var (
	inSentence = regexp.MustCompile(`(?i)(?:signature|ticket): $`)
	word       = regexp.MustCompile(`^[A-Za-z]{1,15}[.;)]?$`)
)

// scrubError makes an error safe to show. It leaves out *url.Error, whose text is the whole URL, and hides the rest
// behind its scrubbed text when there was something to scrub; errors.Is still sees through, errors.As does not.
func scrubError(err error, secrets []Secret) error {
	if err == nil {
		return nil
	}
	for {
		urlError, ok := err.(*url.Error) //nolint:errorlint // one that is wrapped is looked for below
		if !ok {
			break
		}
		err = urlError.Err
	}
	var inner *url.Error
	text := err.Error()
	clean := printable(scrub(cut(text), secrets))
	if errors.As(err, &inner) {
		// Somebody below has wrapped one: its text is part of text.
		clean = strings.ReplaceAll(clean, scrub(inner.URL, secrets), withoutQuery(inner.URL))
	}
	if clean == text && inner == nil {
		return err
	}
	return &hidden{text: clean, is: func(target error) bool { return errors.Is(err, target) }}
}

// withoutQuery cuts a URL down to the part that can be shown.
func withoutQuery(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return redacted
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// hidden stands in for an error whose text or fields held a credential. It keeps the original in a function only, where
// no printing reaches it.
type hidden struct {
	text string
	is   func(error) bool
}

func (h *hidden) Error() string                { return h.text }
func (h *hidden) Is(target error) bool         { return h.is(target) }
func (h *hidden) Format(f fmt.State, _ rune)   { fmt.Fprint(f, h.text) }
func (h *hidden) MarshalText() ([]byte, error) { return []byte(h.text), nil }
