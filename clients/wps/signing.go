package wps

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wps/kso1"
)

// signature signs each attempt at the moment it is sent.
func signature(cfg Config, baseURL string, clock *vendorClock) (clients.Credential, error) {
	if cfg.Signing == SignNever {
		return clients.Credential{}, nil
	}
	prefix, err := unsignedPrefix(cfg.UnsignedPathPrefix, baseURL)
	if err != nil {
		return clients.Credential{}, err
	}
	signer := kso1.Signer{AccessKey: cfg.AppID, SecretKey: kso1.Secret(cfg.AppKey), PathPrefix: prefix}
	return clients.Credential{Sign: func(req *http.Request, body []byte, at time.Time) error {
		return signer.Sign(req, body, clock.correct(at))
	}}, nil
}

// unsignedPrefix is the part of the base URL's path that the vendor does not sign: on a private deployment its
// /openapi, and what a gateway has put before it.
func unsignedPrefix(configured, baseURL string) (string, error) {
	base, err := url.Parse(baseURL)
	if err != nil {
		return "", errors.New("the base URL cannot be parsed")
	}
	path := base.EscapedPath()
	if configured == "" {
		if strings.HasSuffix(path, "/openapi") {
			return path, nil
		}
		return "", nil
	}
	prefix := strings.TrimRight(configured, "/")
	if path != prefix && !strings.HasPrefix(path, prefix+"/") && prefix != "" {
		return "", errors.New("Config.UnsignedPathPrefix is not what the base URL's path begins with")
	}
	return prefix, nil
}

// vendorClock knows how far the vendor's clock is ahead of this machine's.
type vendorClock struct {
	now    func() time.Time
	follow bool
	offset atomic.Int64
}

// ahead reads the difference off an answer. The header has whole seconds and has been on its way: less than two are
// none.
func (c *vendorClock) ahead(h http.Header) time.Duration {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	ahead := date.Sub(c.now()).Round(time.Second)
	if ahead.Abs() < 2*time.Second {
		return 0
	}
	return ahead
}

// observe learns from an answer, if it is to.
func (c *vendorClock) observe(h http.Header) {
	if c.follow && h.Get("Date") != "" {
		c.offset.Store(int64(c.ahead(h)))
	}
}

func (c *vendorClock) correct(at time.Time) time.Time { return at.Add(time.Duration(c.offset.Load())) }
