package clients

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/wire"
)

type schemeKey struct{}

// WithScheme prefers one of the security schemes that an operation accepts, by the document's name for it: some calls
// can be made as the app or as a user, and see different things. It changes nothing for operations that do not accept
// the scheme.
func WithScheme(ctx context.Context, scheme string) context.Context {
	return context.WithValue(ctx, schemeKey{}, scheme)
}

// PreferredScheme returns what WithScheme has set, or "".
func PreferredScheme(ctx context.Context) string {
	preferred, _ := ctx.Value(schemeKey{}).(string)
	return preferred
}

type secretsKey struct{}

// WithSecrets keeps secrets out of every text that the calls made with the context produce: those that are arguments of
// a call, which the client does not know from its Config.
func WithSecrets(ctx context.Context, secrets ...Secret) context.Context {
	all := slices.Concat(secretsOf(ctx), secrets)
	// A function, since printers look into a context without asking what is in it.
	return context.WithValue(ctx, secretsKey{}, func() []Secret { return all })
}

// secrets are those that must not show in a call's errors.
func (c *Client) secrets(ctx context.Context) []Secret {
	more := secretsOf(ctx)
	if len(more) == 0 {
		return c.configured()
	}
	return slices.Concat(c.configured(), more)
}

func secretsOf(ctx context.Context) []Secret {
	if secrets, ok := ctx.Value(secretsKey{}).(func() []Secret); ok {
		return secrets()
	}
	return nil
}

// credentialsFor picks the first alternative of the operation's security whose schemes are all configured.
func (c *Client) credentialsFor(ctx context.Context, op *wire.Operation) ([]Credential, *Error) {
	if len(op.Security) == 0 {
		return nil, nil
	}
	alternatives := op.Security
	if preferred := PreferredScheme(ctx); preferred != "" {
		var wanted [][]string
		for _, alternative := range op.Security {
			if slices.Contains(alternative, preferred) {
				wanted = append(wanted, alternative)
			}
		}
		if len(wanted) > 0 {
			alternatives = wanted
		}
	}
	var missing []string
	for _, alternative := range alternatives {
		credentials, without := c.satisfy(alternative)
		if without == "" {
			return credentials, nil
		}
		missing = append(missing, without)
	}
	return nil, &Error{Kind: KindUnauthenticated, Message: "nothing was sent: the call needs " +
		strings.Join(missing, ", or ") + ", which is not set"}
}

// accept notes the credentials of the alternatives that documents have: one scheme, or two.
func (c *Client) accept() {
	c.accepted = make(map[[2]string][]Credential)
	for scheme, credential := range c.credentials {
		if credential.Missing != "" {
			continue
		}
		c.accepted[[2]string{scheme}] = []Credential{credential}
		for second, other := range c.credentials {
			if other.Missing == "" {
				c.accepted[[2]string{scheme, second}] = []Credential{credential, other}
			}
		}
	}
}

// satisfy returns the credentials of one alternative, or the names of what is missing.
func (c *Client) satisfy(alternative []string) ([]Credential, string) {
	var names [2]string
	if copy(names[:], alternative) == len(alternative) {
		if credentials, ok := c.accepted[names]; ok {
			return credentials, ""
		}
	}
	credentials := make([]Credential, 0, len(alternative))
	var missing []string
	for _, scheme := range alternative {
		credential, ok := c.credentials[scheme]
		switch {
		case !ok:
			missing = append(missing, "a credential for "+scheme)
		case credential.Missing != "":
			missing = append(missing, credential.Missing)
		}
		credentials = append(credentials, credential)
	}
	return credentials, strings.Join(missing, " and ")
}

// setsHeaders tells whether the credential is in a header, or signs in one.
func (credential Credential) setsHeaders() bool {
	return credential.Authorize != nil || credential.Sign != nil
}

// tokenError is a call that got no token. It keeps the kind of the fetch that failed, unless that would say something
// of the call's own arguments or of what it is about.
func tokenError(ctx context.Context, err error, fields string) *Error {
	if ctx.Err() != nil {
		return &Error{Kind: KindCanceled, Message: "while waiting for a token", cause: ended(ctx)}
	}
	failed := &Error{Kind: KindUnauthenticated, Message: "no token", cause: err}
	var e *Error
	switch {
	case errors.As(err, &e):
		failed.Kind, failed.also, failed.Code, failed.RetryAfter = e.Kind, e.also, e.Code, e.RetryAfter
		failed.RequestID, failed.HTTPStatus, failed.Detail = e.RequestID, e.HTTPStatus, e.Detail
		if e.Kind == KindCanceled {
			// The fetch has a time limit of its own; this caller's context is alive.
			failed.Kind = KindUnavailable
		}
		if misleads(e.Kind) || misleads(e.also) {
			if misleads(e.Kind) {
				failed.Kind = KindUnauthenticated
			}
			failed.also = ""
			failed.cause = &hidden{text: err.Error(), is: func(target error) bool {
				kind, ok := target.(sentinel) //nolint:errorlint // the target itself, as errors.Is hands it on
				return (!ok || !misleads(Kind(kind))) && errors.Is(err, target)
			}}
		}
	case errors.Is(err, token.ErrStore):
		failed.Kind = KindUnavailable
	}
	// A refused permission or address is the app's, and says so itself.
	if e != nil && e.Code != "" && fields != "" && (e.Kind == KindUnauthenticated || misleads(e.Kind)) {
		failed.Message += ": the vendor refused " + fields
	}
	return failed
}

// misleads tells whether a token's kind of failure means something else as that of a call: the app is not found, not
// the user.
func misleads(kind Kind) bool {
	return kind == KindNotFound || kind == KindInvalidArgument || kind == KindConflict
}
