package floor

import (
	"context"
	"net/http"
	"net/url"
)

// Feishu reads people with a token in a header.
type Feishu struct{ program }

// NewFeishu returns the program.
func NewFeishu(base string) *Feishu { return &Feishu{newProgram(base)} }

func (f *Feishu) fetch(ctx context.Context) func() (string, int64, error) {
	return func() (string, int64, error) {
		var answer struct {
			Code   int64  `json:"code"`
			Msg    string `json:"msg"`
			Token  string `json:"tenant_access_token"`
			Expire int64  `json:"expire"`
		}
		err := f.post(ctx, f.base+"/auth/v3/tenant_access_token/internal",
			map[string]string{"app_id": ID, "app_secret": Secret}, &answer)
		if err == nil && answer.Code != 0 {
			err = refused(answer.Code, answer.Msg)
		}
		return answer.Token, answer.Expire, err
	}
}

func bearer(token string) func(*http.Request) error {
	return func(req *http.Request) error {
		req.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
}

// GetUser reads one person and returns the name.
func (f *Feishu) GetUser(ctx context.Context, id string) (string, error) {
	for renewed := false; ; renewed = true {
		token, err := f.current(f.fetch(ctx))
		if err != nil {
			return "", err
		}
		var out feishuUser
		query := url.Values{"user_id_type": {"open_id"}}
		_, err = f.get(ctx, f.base+"/contact/v3/users/"+url.PathEscape(id)+"?"+query.Encode(), bearer(token), &out)
		switch {
		case err != nil:
			return "", err
		case out.Code == 99991663 && !renewed:
			f.drop(token)
		case out.Code != 0:
			return "", refused(out.Code, out.Msg)
		default:
			return out.Data.User.Name, nil
		}
	}
}

// ListAll reads a department page by page and returns the number of its people.
func (f *Feishu) ListAll(ctx context.Context) (int, error) {
	people, query := 0, url.Values{"department_id": {"od-1"}, "page_size": {"50"}, "user_id_type": {"open_id"},
		"department_id_type": {"open_department_id"}}
	for {
		token, err := f.current(f.fetch(ctx))
		if err != nil {
			return 0, err
		}
		var out feishuList
		_, err = f.get(ctx, f.base+"/contact/v3/users/find_by_department?"+query.Encode(), bearer(token), &out)
		if err != nil {
			return 0, err
		}
		if out.Code != 0 {
			return 0, refused(out.Code, out.Msg)
		}
		people += len(out.Data.Items)
		if !out.Data.HasMore {
			return people, nil
		}
		query.Set("page_token", out.Data.PageToken)
	}
}
