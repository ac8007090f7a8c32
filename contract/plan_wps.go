package contract

func planWPS() plan {
	department := map[string]string{"dept_id": "$department|$root"}
	user := map[string]string{"user_id": "$user"}
	return plan{
		reads: []step{
			{operation: "getCurrentCompany"},
			{operation: "getContactsPermissionScope", query: map[string]string{"scopes": "org"}},
			{operation: "getRootDept", keep: map[string]string{"/data/id": "root", "/data/ex_dept_id": "ex_department"}},
			{operation: "listChildDepts", path: map[string]string{"dept_id": "$root"}, query: map[string]string{"page_size": "20"}, keep: map[string]string{"/data/items/0/id": "department", "/data/items/0/ex_dept_id": "ex_department"}},
			{operation: "batchReadDepts", body: `{"dept_ids": ["$department|$root"]}`, keep: map[string]string{"/data/items/0/ex_dept_id": "ex_department"}},
			{operation: "getDeptsByExIds", body: `{"ex_dept_ids": ["$ex_department"]}`},
			{operation: "listUsers", query: map[string]string{"status": "active", "page_size": "20", "with_dept": "true"}, keep: map[string]string{
				"/data/items/0/id": "user", "/data/items/0/email": "email", "/data/items/0/phone": "phone", "/data/items/0/ex_user_id": "ex_user",
			}},
			{operation: "listDeptMembers", path: department, query: map[string]string{"status": "active", "page_size": "20", "with_user_detail": "true"}, keep: map[string]string{"/data/items/0/user_id": "user"}},
			{operation: "getUser", path: user, query: map[string]string{"with_dept": "true"}, keep: map[string]string{"/data/email": "email", "/data/phone": "phone", "/data/ex_user_id": "ex_user"}},
			{operation: "batchReadUsers", body: `{"user_ids": ["$user"], "status": ["active"], "with_dept": true}`},
			{operation: "listUserDepts", path: user, keep: map[string]string{"/data/items/0/id": "users_department"}},
			{operation: "batchReadDeptMembers", path: map[string]string{"dept_id": "$users_department|$department"}, body: `{"status": ["active"], "user_ids": ["$user"], "with_user_detail": true}`},
			{operation: "getUsersByEmails", body: `{"emails": ["$email"], "status": ["active"]}`},
			{operation: "getUsersByPhones", body: `{"phones": ["$phone"], "status": ["active"]}`},
			{operation: "getUsersByExUserIds", body: `{"ex_user_ids": ["$ex_user"], "status": ["active"]}`},
			{operation: "batchReadCustomAttrDefs"},
			{operation: "batchReadUserCustomAttrs", body: `{"user_ids": ["$user"]}`},

			// These need the token of a person who has signed in.
			{operation: "getCurrentUser"},
			{operation: "getCurrentUserId"},
		},
		writes: []step{
			{operation: "getRootDept", keep: map[string]string{"/data/id": "root"}},
			{operation: "createDept", body: `{"name": "contract test $stamp", "parent_id": "$root"}`, keep: map[string]string{"/data/dept_id": "new_department"}},
			{operation: "updateDept", path: map[string]string{"dept_id": "$new_department"}, body: `{"name": "contract test $stamp b"}`},
			{operation: "createUser", body: `{"user_name": "Contract Test", "dept_ids": ["$root"], "login_name": "contract$stamp"}`, keep: map[string]string{"/data/id": "new_user"}},
			{operation: "updateUser", path: map[string]string{"user_id": "$new_user"}, body: `{"title": "Tester"}`},
			{operation: "addDeptMember", path: map[string]string{"dept_id": "$new_department", "user_id": "$new_user"}},
			{operation: "batchUpdateUserOrder", body: `{"user_order_list": [{"user_id": "$new_user", "dept_id": "$new_department", "order": 1}]}`},
			{operation: "batchUpdateUserDept", body: `{"user_dept_info_list": [{"user_id": "$new_user", "dept_ids": ["$root", "$new_department"]}]}`},
			{operation: "removeDeptMember", path: map[string]string{"dept_id": "$new_department", "user_id": "$new_user"}, always: true},
			{operation: "batchDisableUsers", body: `{"user_ids": ["$new_user"]}`},
			{operation: "batchEnableUsers", body: `{"user_ids": ["$new_user"]}`},
			{operation: "deleteUser", path: map[string]string{"user_id": "$new_user"}, always: true},
			{operation: "deleteDept", path: map[string]string{"dept_id": "$new_department"}, always: true},
			{operation: "createDept", body: `{"name": "contract test $stamp c", "parent_id": "$root"}`, keep: map[string]string{"/data/dept_id": "second_department"}},
			{operation: "batchDeleteDepts", body: `{"dept_ids": ["$second_department"]}`, always: true}, // private deployments only
			{operation: "deleteDept", path: map[string]string{"dept_id": "$second_department"}, always: true},
		},
		not: map[string]string{
			"oauthToken":                 notToken,
			"convertIds":                 "needs ids of the old open platform",
			"batchCreateCustomAttrDefs":  "changes the fields of all users",
			"batchUpdateCustomAttrDefs":  "changes the fields of all users",
			"batchDeleteCustomAttrDefs":  "changes the fields of all users",
			"batchUpdateUserCustomAttrs": "needs a field of the company's own",
		},
	}
}
