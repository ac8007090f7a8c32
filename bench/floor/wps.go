package floor

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// WPS reads people with a token in a header, and signs.
type WPS struct{ program }

// NewWPS returns the program.
func NewWPS(base string) *WPS { return &WPS{newProgram(base)} }

func (w *WPS) fetch(ctx context.Context) func() (string, int64, error) {
	return func() (string, int64, error) {
		var answer struct {
			AccessToken string `json:"access_token"`
			ExpiresIn   int64  `json:"expires_in"`
		}
		form := url.Values{"grant_type": {"client_credentials"}, "client_id": {ID}, "client_secret": {Secret}}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.base+"/oauth2/token",
			strings.NewReader(form.Encode()))
		if err != nil {
			return "", 0, err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		_, err = w.do(req, &answer)
		return answer.AccessToken, answer.ExpiresIn, err
	}
}

// authorize sets the token and the signature KSO-1.
func authorize(token string) func(*http.Request) error {
	return func(req *http.Request) error {
		const contentType = "application/json"
		date := time.Now().UTC().Format(http.TimeFormat)
		mac := hmac.New(sha256.New, []byte(Secret))
		mac.Write([]byte("KSO-1" + req.Method + req.URL.RequestURI() + contentType + date))
		req.Header.Set("Content-Type", contentType)
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("X-Kso-Date", date)
		req.Header.Set("X-Kso-Authorization", "KSO-1 "+ID+":"+hex.EncodeToString(mac.Sum(nil)))
		return nil
	}
}

// GetUser reads one person and returns the name.
func (w *WPS) GetUser(ctx context.Context, id string) (string, error) {
	for renewed := false; ; renewed = true {
		token, err := w.current(w.fetch(ctx))
		if err != nil {
			return "", err
		}
		var out wpsUser
		query := url.Values{"with_dept": {"true"}}
		status, err := w.get(ctx, w.base+"/v7/users/"+url.PathEscape(id)+"?"+query.Encode(), authorize(token), &out)
		switch {
		case err != nil:
			return "", err
		case status == http.StatusUnauthorized && !renewed:
			w.drop(token)
		case out.Code != 0:
			return "", refused(out.Code, out.Msg)
		default:
			return out.Data.UserName, nil
		}
	}
}

// ListAll reads everybody page by page and returns their number.
func (w *WPS) ListAll(ctx context.Context) (int, error) {
	people, query := 0, url.Values{"page_size": {"50"}, "status": {"active", "notactive", "disabled"},
		"with_dept": {"true"}}
	for {
		token, err := w.current(w.fetch(ctx))
		if err != nil {
			return 0, err
		}
		var out wpsList
		if _, err = w.get(ctx, w.base+"/v7/users?"+query.Encode(), authorize(token), &out); err != nil {
			return 0, err
		}
		if out.Code != 0 {
			return 0, refused(out.Code, out.Msg)
		}
		people += len(out.Data.Items)
		if out.Data.NextPageToken == "" {
			return people, nil
		}
		query.Set("page_token", out.Data.NextPageToken)
	}
}
