package floor

import (
	"context"
	"net/url"
	"strconv"
)

// WeCom reads members with a token in the query.
type WeCom struct{ program }

// NewWeCom returns the program.
func NewWeCom(base string) *WeCom { return &WeCom{newProgram(base)} }

func (w *WeCom) fetch(ctx context.Context) func() (string, int64, error) {
	return func() (string, int64, error) {
		var answer struct {
			ErrCode     int64  `json:"errcode"`
			ErrMsg      string `json:"errmsg"`
			AccessToken string `json:"access_token"`
			ExpiresIn   int64  `json:"expires_in"`
		}
		query := url.Values{"corpid": {ID}, "corpsecret": {Secret}}
		_, err := w.get(ctx, w.base+"/gettoken?"+query.Encode(), nil, &answer)
		if err == nil && answer.ErrCode != 0 {
			err = refused(answer.ErrCode, answer.ErrMsg)
		}
		return answer.AccessToken, answer.ExpiresIn, err
	}
}

// GetUser reads one person and returns the name.
func (w *WeCom) GetUser(ctx context.Context, id string) (string, error) {
	for renewed := false; ; renewed = true {
		token, err := w.current(w.fetch(ctx))
		if err != nil {
			return "", err
		}
		var out weComUser
		query := url.Values{"access_token": {token}, "userid": {id}}
		_, err = w.get(ctx, w.base+"/user/get?"+query.Encode(), nil, &out)
		switch {
		case err != nil:
			return "", err
		case out.ErrCode == 42001 && !renewed:
			w.drop(token)
		case out.ErrCode != 0:
			return "", refused(out.ErrCode, out.ErrMsg)
		default:
			return out.Name, nil
		}
	}
}

// ListAll reads a department whose members come in one answer, and returns their number.
func (w *WeCom) ListAll(ctx context.Context) (int, error) {
	token, err := w.current(w.fetch(ctx))
	if err != nil {
		return 0, err
	}
	var out weComList
	query := url.Values{"access_token": {token}, "department_id": {strconv.Itoa(1)}}
	_, err = w.get(ctx, w.base+"/user/list?"+query.Encode(), nil, &out)
	if err == nil && out.ErrCode != 0 {
		err = refused(out.ErrCode, out.ErrMsg)
	}
	return len(out.UserList), err
}
