package floor

import (
	"context"
	"net/url"
	"strconv"
)

// DingTalk reads people with a token in the query. V2 has its arguments in a body, V1 in the query.
type DingTalk struct{ program }

func newDingTalk(base string) DingTalk { return DingTalk{newProgram(base)} }

// DingTalkV1 uses the first version of the interface.
type DingTalkV1 struct{ DingTalk }

// NewDingTalkV1 returns the program.
func NewDingTalkV1(base string) *DingTalkV1 { return &DingTalkV1{newDingTalk(base)} }

// DingTalkV2 uses the second one.
type DingTalkV2 struct{ DingTalk }

// NewDingTalkV2 returns the program.
func NewDingTalkV2(base string) *DingTalkV2 { return &DingTalkV2{newDingTalk(base)} }

func (d *DingTalk) fetch(ctx context.Context) func() (string, int64, error) {
	return func() (string, int64, error) {
		var answer struct {
			AccessToken string `json:"accessToken"`
			ExpireIn    int64  `json:"expireIn"`
		}
		err := d.post(ctx, d.base+"/v1.0/oauth2/accessToken", map[string]string{"appKey": ID, "appSecret": Secret},
			&answer)
		return answer.AccessToken, answer.ExpireIn, err
	}
}

// GetUser reads one person and returns the name.
func (d *DingTalkV1) GetUser(ctx context.Context, id string) (string, error) {
	for renewed := false; ; renewed = true {
		token, err := d.current(d.fetch(ctx))
		if err != nil {
			return "", err
		}
		var out dingTalkV1User
		query := url.Values{"access_token": {token}, "userid": {id}}
		_, err = d.get(ctx, d.base+"/user/get?"+query.Encode(), nil, &out)
		switch {
		case err != nil:
			return "", err
		case out.ErrCode == 42001 && !renewed:
			d.drop(token)
		case out.ErrCode != 0:
			return "", refused(out.ErrCode, out.ErrMsg)
		default:
			return out.Name, nil
		}
	}
}

// ListAll reads a department page by page and returns the number of its people.
func (d *DingTalkV1) ListAll(ctx context.Context) (int, error) {
	people := 0
	for offset := 0; ; offset += 100 {
		token, err := d.current(d.fetch(ctx))
		if err != nil {
			return 0, err
		}
		var out dingTalkV1List
		query := url.Values{"access_token": {token}, "department_id": {"1"}, "offset": {strconv.Itoa(offset)},
			"size": {"100"}}
		if _, err = d.get(ctx, d.base+"/user/listbypage?"+query.Encode(), nil, &out); err != nil {
			return 0, err
		}
		if out.ErrCode != 0 {
			return 0, refused(out.ErrCode, out.ErrMsg)
		}
		people += len(out.UserList)
		if !out.HasMore {
			return people, nil
		}
	}
}

// GetUser reads one person and returns the name.
func (d *DingTalkV2) GetUser(ctx context.Context, id string) (string, error) {
	for renewed := false; ; renewed = true {
		token, err := d.current(d.fetch(ctx))
		if err != nil {
			return "", err
		}
		var out dingTalkV2User
		err = d.post(ctx, d.base+"/topapi/v2/user/get?access_token="+url.QueryEscape(token),
			struct {
				UserID string `json:"userid"`
			}{id}, &out)
		switch {
		case err != nil:
			return "", err
		case out.ErrCode == 42001 && !renewed:
			d.drop(token)
		case out.ErrCode != 0:
			return "", refused(out.ErrCode, out.ErrMsg)
		default:
			return out.Result.Name, nil
		}
	}
}

// ListAll reads a department page by page and returns the number of its people.
func (d *DingTalkV2) ListAll(ctx context.Context) (int, error) {
	people := 0
	for cursor := int64(0); ; {
		token, err := d.current(d.fetch(ctx))
		if err != nil {
			return 0, err
		}
		var out dingTalkV2List
		err = d.post(ctx, d.base+"/topapi/v2/user/list?access_token="+url.QueryEscape(token),
			struct {
				DeptID int64 `json:"dept_id"`
				Cursor int64 `json:"cursor"`
				Size   int64 `json:"size"`
			}{1, cursor, 100}, &out)
		if err != nil {
			return 0, err
		}
		if out.ErrCode != 0 {
			return 0, refused(out.ErrCode, out.ErrMsg)
		}
		people += len(out.Result.List)
		if !out.Result.HasMore {
			return people, nil
		}
		cursor = out.Result.NextCursor
	}
}
