from workers import Response
