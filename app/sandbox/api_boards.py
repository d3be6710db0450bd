"""Boards of a project and their lists. Source: https://docs.gitlab.com/api/boards/"""

from typing import Any

from app.sandbox import place_shapes, shapes
from app.sandbox.entities import PLANNER, Board, BoardList
from app.sandbox.errors import ApiError, bad_parameter, bad_request, not_found
from app.sandbox.pagination import by_offset
from app.sandbox.routing import Call, Reply, Router

router = Router()
BOARD = "/projects/:id/boards/:board"


def _shown(call: Call, board: Board) -> Any:
    return shapes.board(board, place_shapes.project(call.world, call.project()))


def _board(call: Call) -> Board:
    number = call.number("board")
    found = next((board for board in call.project().boards if board.id == number), None)
    if found is None:
        raise not_found("Board")
    return found


@router.add("GET", "/projects/:id/boards")
def list_boards(call: Call) -> Reply:
    return by_offset(call, call.project().boards, lambda board: _shown(call, board))


@router.add("GET", BOARD)
def get_board(call: Call) -> Reply:
    return Reply(_shown(call, _board(call)))


@router.add("POST", "/projects/:id/boards")
def create_board(call: Call) -> Reply:
    project = call.project()
    call.need_level(project, PLANNER)
    call.params.require("name")
    board = Board(call.world.next_id("board"), call.params.string("name") or "")
    project.boards.append(board)
    return Reply(_shown(call, board), 201)


@router.add("PUT", BOARD)
def update_board(call: Call) -> Reply:
    call.need_level(call.project(), PLANNER)
    board = _board(call)
    board.name = call.params.string("name") or board.name
    return Reply(_shown(call, board))


@router.add("DELETE", BOARD)
def delete_board(call: Call) -> Reply:
    project = call.project()
    call.need_level(project, PLANNER)
    project.boards.remove(_board(call))
    return Reply(status=204)


@router.add("GET", f"{BOARD}/lists")
def list_lists(call: Call) -> Reply:
    """Open and Closed are columns without a list."""
    board = _board(call)
    return by_offset(call, board.lists, lambda each: _list_shown(board, each))


def _list_shown(board: Board, each: BoardList) -> Any:
    return shapes.board_list(each, board.lists.index(each))


def _list(call: Call, board: Board) -> BoardList:
    number = call.number("list")
    found = next((each for each in board.lists if each.id == number), None)
    if found is None:
        raise not_found("List")
    return found


@router.add("GET", f"{BOARD}/lists/:list")
def get_list(call: Call) -> Reply:
    board = _board(call)
    return Reply(_list_shown(board, _list(call, board)))


@router.add("POST", f"{BOARD}/lists")
def create_list(call: Call) -> Reply:
    project, board = call.project(), _board(call)
    call.need_level(project, PLANNER)
    call.params.require("label_id")
    number = call.params.integer("label_id")
    label = next((label for label in call.world.labels_in(project) if label.id == number), None)
    if label is None:
        raise bad_request("Label not found!")
    if any(each.label is label for each in board.lists):
        raise ApiError(400, {"message": {"label_id": ["has already been taken"]}})
    board.lists.append(BoardList(call.world.next_id("list"), label))
    return Reply(_list_shown(board, board.lists[-1]), 201)


@router.add("PUT", f"{BOARD}/lists/:list")
def move_list(call: Call) -> Reply:
    board = _board(call)
    call.need_level(call.project(), PLANNER)
    call.params.require("position")
    position, each = call.params.integer("position") or 0, _list(call, board)
    if not 0 <= position < len(board.lists):
        raise bad_parameter("position is invalid")
    board.lists.remove(each)
    board.lists.insert(position, each)
    return Reply(_list_shown(board, each))


@router.add("DELETE", f"{BOARD}/lists/:list")
def delete_list(call: Call) -> Reply:
    board = _board(call)
    call.need_level(call.project(), PLANNER)
    board.lists.remove(_list(call, board))
    return Reply(status=204)
