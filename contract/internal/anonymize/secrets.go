package anonymize

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/roster-go/roster/contract/internal/document"
)

// Secrets gathers the credentials that a recording must not hold. A nil list takes none.
type Secrets struct {
	mu      sync.Mutex
	secrets map[string]bool
}

// Add adds secrets. Very short ones are none, and would be found everywhere.
func (l *Secrets) Add(secrets ...string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.secrets == nil {
		l.secrets = make(map[string]bool)
	}
	for _, s := range secrets {
		if len(s) >= 6 {
			l.secrets[s] = true
		}
	}
}

// FromRequest takes what a request is authorized by.
func (l *Secrets) FromRequest(req *http.Request, body []byte) {
	if l == nil {
		return
	}
	for name, values := range req.URL.Query() {
		if namesSecret(name) {
			l.Add(values...)
		}
	}
	for name, values := range req.Header {
		if !namesSecret(name) {
			continue
		}
		for _, value := range values {
			l.Add(value)
			if _, token, ok := strings.Cut(value, " "); ok {
				l.Add(token)
			}
		}
	}
	if form, err := url.ParseQuery(string(body)); err == nil {
		for name, values := range form {
			if namesSecret(name) {
				l.Add(values...)
			}
		}
	}
	l.FromResponse(body)
}

// FromResponse takes the tokens in an answer, or the credentials in a body that asks for one.
func (l *Secrets) FromResponse(body []byte) {
	if l == nil {
		return
	}
	if root, err := document.Parse(body); err == nil {
		l.fromNode(&root)
	}
}

func (l *Secrets) fromNode(n *document.Node) {
	for i := range n.Members {
		m := &n.Members[i]
		if m.Value.Kind == document.TypeString && namesSecret(m.Name) {
			l.Add(m.Value.Text)
		}
		l.fromNode(&m.Value)
	}
	for i := range n.Items {
		l.fromNode(&n.Items[i])
	}
}

// namesSecret tells whether what has this name is a credential, at any of the vendors.
func namesSecret(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "page_token", "next_page_token", "nexttoken", "client_token", "token_type":
		return false
	}
	for _, part := range []string{"token", "secret", "authorization", "signature", "ticket", "password", "accesskey",
		"cookie", "tfa_code"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// in tells whether a text holds one of the secrets, in any of the forms that texts take on the way.
func (l *Secrets) in(text []byte) bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	plain := strings.ToLower(string(text))
	seen := []string{plain, percent.ReplaceAllStringFunc(plain, unescape), strings.ReplaceAll(plain, `\`, "")}
	for s := range l.secrets {
		quoted, _ := json.Marshal(s)
		for _, form := range []string{
			s, url.QueryEscape(s), url.PathEscape(s), string(quoted[1 : len(quoted)-1]),
			base64.StdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s)),
		} {
			for _, text := range seen {
				if strings.Contains(text, strings.ToLower(form)) {
					return true
				}
			}
		}
	}
	return false
}

var percent = regexp.MustCompile(`%[0-9a-f]{2}`)

func unescape(escape string) string {
	text, err := url.PathUnescape(escape)
	if err != nil {
		return escape
	}
	return text
}
